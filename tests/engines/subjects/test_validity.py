"""Values that may stand in a field of their category, and the form in which a field writes them."""

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from discreet.engines.subjects import validity
from discreet.engines.subjects.corrections import Obstacle
from discreet.engines.subjects.graph import Column
from discreet.engines.subjects.likeness import is_like
from discreet.engines.subjects.validity import NotValid, valid_value
from discreet.engines.subjects.writing import written

TODAY = date(2026, 3, 2)


@pytest.mark.parametrize(
    ("category", "text", "country", "kept"),
    [
        ("email", " Ann.Lee@EXAMPLE.com ", "", "Ann.Lee@example.com"),
        ("email", "安@例子.中国", "", "安@例子.中国"),
        ("phone", "044 668 18 00", "CH", "+41446681800"),
        ("phone", "+8613800138000", "", "+8613800138000"),
        ("name", "王小明", "", "王小明"),
        ("name", "=cmd()|' /C calc'!A0", "", "=cmd()|' /C calc'!A0"),
        ("name", "<script>alert(1)</script>", "", "<script>alert(1)</script>"),
        ("birth_date", "27.3.1984", "", "1984-03-27"),
        ("birth_date", "1984年3月27日", "", "1984-03-27"),
        ("age", "041", "", "41"),
        ("address", "Lone Road 2\n4051 Basel", "CH", "Lone Road 2\n4051 Basel"),
        ("postal_code", "sw1a 1aa", "GB", "SW1A 1AA"),
        ("postal_code", "100000", "CN", "100000"),
        ("national_id", "11010519491231002X", "CN", "11010519491231002X"),
        ("social_security_id", "756.9217.0769.85", "CH", "756.9217.0769.85"),
        ("bank_account", "CH93 0076 2011 6238 5295 7", "", "CH93 0076 2011 6238 5295 7"),
        ("payment_card", "4111 1111 1111 1111", "", "4111 1111 1111 1111"),
        ("language", "zh-Hans", "", "zh-Hans"),
        ("gender", "女", "", "女"),
        ("ip_address", "2001:db8::1", "", "2001:db8::1"),
        ("membership", "gold", "", "gold"),
        ("something new", "whatever it is", "", "whatever it is"),
    ],
)
def test_a_right_value_is_taken_in_its_normal_form(category: str, text: str, country: str, kept: str) -> None:
    assert valid_value(category=category, text=text, country=country, today=TODAY) == kept


@pytest.mark.parametrize(
    ("category", "text", "country", "refusal"),
    [
        ("email", "ann@example", "", validity.NotAnAddress),
        ("email", "ann@example.com, ben@example.com", "", validity.NotAnAddress),
        ("email", ".ann@example.com", "", validity.NotAnAddress),
        ("email", "ann@example.com\u202e", "", validity.HoldsInvisible),
        ("phone", "7#", "CH", validity.NotANumber),
        ("phone", "044 668 18 00", "", validity.NotANumber),
        ("name", "12345", "", validity.NotAName),
        ("name", "Ann\x00Lee", "", validity.HoldsInvisible),
        ("birth_date", "2027-01-01", "", validity.NotABirthday),
        ("birth_date", "1880-01-01", "", validity.NotABirthday),
        ("birth_date", "03/04/1990", "", validity.NotADay),
        ("birth_date", "1990-02-30", "", validity.NotADay),
        ("age", "131", "", validity.NotAnAge),
        ("address", "- / -", "", NotValid),
        ("postal_code", "4051A", "CH", validity.NotAPostalCode),
        ("national_id", "110105194912310021", "CN", validity.WrongCheckDigit),
        ("social_security_id", "756.9217.0769.84", "CH", validity.WrongCheckDigit),
        ("bank_account", "CH93 0076 2011 6238 5295 8", "", validity.WrongCheckDigit),
        ("payment_card", "4111 1111 1111 1112", "", validity.WrongCheckDigit),
        ("ip_address", "1.2.3", "", validity.NotAnIpAddress),
        ("language", "42", "", validity.NotALanguage),
        ("password", "hunter2", "", validity.NeverCorrected),
        ("customer_id", "1", "", validity.NeverCorrected),
        ("name", "   ", "", validity.NothingWritten),
        ("membership", "x" * 501, "", validity.TooLongToBe),
    ],
)
def test_a_wrong_value_is_refused_with_what_to_do(
    category: str, text: str, country: str, refusal: type[NotValid]
) -> None:
    with pytest.raises(refusal) as raised:
        valid_value(category=category, text=text, country=country, today=TODAY)
    assert text.strip() not in str(raised.value) or not text.strip()


@pytest.mark.parametrize(
    ("column", "stored", "new", "meant", "result"),
    [
        (Column("a", "email"), "ann@x.ch", "Ann.New@y.ch", None, "ann.new@y.ch"),
        (Column("a", "email"), "ANN@X.CH", "ann.new@y.ch", None, "ANN.NEW@Y.CH"),
        (Column("a", "email"), "Ann@x.ch", "Ann.New@y.ch", None, "Ann.New@y.ch"),
        (Column("a", "phone"), "+41446681800", "+41446681801", None, "+41446681801"),
        (Column("a", "phone"), "044 668 18 00", "+41446681801", None, "044 668 18 01"),
        (Column("a", "phone"), "0041446681800", "+41446681801", None, "0041446681801"),
        (Column("a", "phone"), "(044) 668-18-00", "+41446681801", None, "(044) 668-18-01"),
        (Column("a", "phone"), "044 668 18 00", "+8613800138000", None, "+8613800138000"),
        (Column("a", "phone", numeric=True), 41446681800, "+41446681801", None, 41446681801),
        (Column("a", "name"), "LEE, ANN", "Anna Li", "Ann Lee", "LI, ANNA"),
        (Column("a", "name"), "ann lee", "Anna Li", "Ann Lee", "anna li"),
        (Column("a", "birth_date"), date(1990, 4, 3), "1991-04-05", None, date(1991, 4, 5)),
        (
            Column("a", "birth_date"),
            datetime(1990, 4, 3, 12),  # noqa: DTZ001
            "1991-04-05",
            None,
            datetime(1991, 4, 5, 12),  # noqa: DTZ001
        ),
        (Column("a", "birth_date"), "3.4.1990", "1991-06-05", None, "5.6.1991"),
        (Column("a", "birth_date"), "1990-04-03 00:00:00", "1991-04-05", None, "1991-04-05 00:00:00"),
        (Column("a", "birth_date"), "04/03/1990", "1991-06-05", "1990-04-03", "06/05/1991"),
        (Column("a", "birth_date", numeric=True), 19900403, "1991-04-05", None, 19910405),
        (Column("a", "birth_date", type="DATE"), None, "1991-04-05", None, date(1991, 4, 5)),
        (Column("a", "gender"), "M", "female", "M", "F"),
        (Column("a", "gender"), "男", "f", "male", "女"),
        (Column("a", "bank_account"), "CH9300762011623852957", "DE89 3704 0044 0532 0130 00", None,
         "DE89370400440532013000"),
    ],
)  # fmt: skip
def test_a_field_gets_the_new_value_in_the_form_it_has(
    column: Column, stored: object, new: str, meant: str | None, result: object
) -> None:
    got = written(column=column, stored=stored, new=new, meant=meant, region="CH")
    assert (got.value, got.obstacle, got.is_unsure) == (result, Obstacle.NONE, False)


@pytest.mark.parametrize(
    ("column", "new", "obstacle"),
    [
        (Column("a", "name", numeric=True), "Ann", Obstacle.WRONG_TYPE),
        (Column("a", "name", max_length=3), "Anna", Obstacle.TOO_LONG),
        (Column("a", "gender", type="enum('m','f')"), "other", Obstacle.WRONG_TYPE),
        (Column("a", "age", numeric=True, type="INTEGER"), "1.5", Obstacle.WRONG_TYPE),
        (Column("a", "photo", binary=True), "x", Obstacle.WRONG_TYPE),
    ],
)
def test_what_a_column_does_not_take_is_said_before(column: Column, new: str, obstacle: Obstacle) -> None:
    assert written(column=column, stored=None, new=new, meant=None).obstacle is obstacle


@given(st.dates(date(1900, 1, 1), date(2026, 1, 1)), st.dates(date(1900, 1, 1), date(2026, 1, 1)))
def test_a_day_written_in_any_form_is_read_as_the_same_day(old: date, new: date) -> None:
    for form in ("%Y-%m-%d", "%d.%m.%Y", "%Y/%m/%d", "%Y%m%d", "%Y年%m月%d日"):
        column = Column("a", "birth_date")
        got = written(column=column, stored=old.strftime(form), new=new.isoformat(), meant=old.isoformat())
        assert got.value == new.strftime(form)
        assert is_like("birth_date", got.value, new.isoformat())
