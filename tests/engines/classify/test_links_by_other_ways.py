"""Links that no name of a primary key tells: by comments, by other keys, by values alone, by types in words."""

import pytest

from discreet.engines.classify.keys import codes_of
from discreet.engines.classify.link_judging import Overlap, judge_link
from discreet.engines.classify.link_model import Candidate, LinkColumn, LinkKind, LinkTable
from discreet.engines.classify.links import candidates
from discreet.engines.classify.model import Ground, Kind
from discreet.engines.classify.polymorphic import loose_pairs, may_be_polymorphic, polymorphic, unnamed

TEXT, INTEGER = Kind.TEXT, Kind.INTEGER


def _numbers(head: str, count: int, *, again: int = 1) -> list[str]:
    return [f"{head}{number:05}" for number in range(count)] * again


def _column(
    name: str,
    kind: Kind = INTEGER,
    *,
    category: str = "none",
    comment: str = "",
    values: list[str] | None = None,
) -> LinkColumn:
    codes = codes_of(values, kind) if values else None
    return LinkColumn(name, kind, category, comment=comment, codes=codes)


def _table(
    name: str, *columns: LinkColumn, key: str = "id", people: str = "", comment: str = ""
) -> LinkTable:
    own = [] if any(each.name == key for each in columns) else [_column(key)]
    return LinkTable(name, name, [*own, *columns], (key,), people, comment=comment)


def _led(*tables: LinkTable) -> dict[str, Candidate]:
    return {
        f"{each.table}.{each.columns[0]} {each.far_table}.{each.far_columns[0]}": each
        for each in candidates(tables)
    }


MEMBERS = _table(
    "members", _column("member_no", TEXT, category="customer_id", values=_numbers("M", 50)), people="member"
)


@pytest.mark.parametrize(
    ("comment", "far"),
    [
        ("references sys_person.id", _table("sys_person", people="person")),
        ("关联 sys_person 表", _table("sys_person", people="person")),
        ("会员编号", _table("xa", comment="会员信息表", people="member")),
        ("门店ID", _table("t9", comment="门店")),
    ],
)
def test_a_comment_names_the_table_that_the_column_does_not(comment: str, far: LinkTable) -> None:
    near = _table("events", _column("ref_x_id", comment=comment))
    found = _led(near, far)[f"events.ref_x_id {far.name}.id"]
    proposal = judge_link(found, Overlap(20, 20))
    assert proposal is not None
    assert proposal.reasons[0].ground is Ground.COMMENT


@pytest.mark.parametrize("comment", ["sort order", "number of members", "", "the id"])
def test_a_comment_that_only_uses_a_word_names_no_table(comment: str) -> None:
    assert _led(_table("events", _column("sorting", comment=comment)), MEMBERS, _table("order")) == {}


def test_a_number_of_its_own_is_led_to_though_it_is_not_the_primary_key() -> None:
    near = _table(
        "points", _column("member_no", TEXT, category="customer_id", values=_numbers("M", 40, again=3))
    )
    assert "points.member_no members.member_no" in _led(near, MEMBERS)


def test_a_backup_of_a_table_leads_to_it_and_never_the_other_way() -> None:
    backup = _table("members_bak", _column("member_no", TEXT, values=_numbers("M", 50)), key="n")
    found = _led(backup, MEMBERS)
    assert "members_bak.member_no members.member_no" in found
    assert "members.member_no members_bak.member_no" not in found


def test_codes_lead_to_the_key_of_their_form_by_values_alone() -> None:
    shops = _table("shops", _column("code", TEXT, values=_numbers("SH", 12)), key="code")
    near = _table("cards", _column("issued_at", TEXT, values=_numbers("SH", 12, again=4)))
    found = _led(near, shops)["cards.issued_at shops.code"]
    assert found.is_by_values
    assert judge_link(found, None) is None
    assert judge_link(found, Overlap(3, 3)) is None
    assert judge_link(found, Overlap(12, 11)) is None
    assert judge_link(found, Overlap(12, 12)) is not None


def test_codes_of_another_form_lead_nowhere() -> None:
    shops = _table("shops", _column("code", TEXT, values=_numbers("SH", 12)), key="code")
    assert _led(_table("cards", _column("batch", TEXT, values=_numbers("XX", 12, again=4))), shops) == {}


def test_most_visitors_are_nobody_known_and_still_lead_to_those_who_are() -> None:
    tokens = [f"qs.{number * 7919:08x}.{number}a1b2c3d4e" for number in range(1, 60)]
    people = _table(
        "people", _column("cookie_key", TEXT, category="cookie_id", values=tokens), people="person"
    )
    near = _table("hits", _column("cookie_key", TEXT, category="cookie_id", values=tokens * 2))
    found = _led(near, people)["hits.cookie_key people.cookie_key"]
    assert judge_link(found, Overlap(200, 80)) is not None
    assert judge_link(found, Overlap(200, 20)) is None


def test_whoever_did_something_is_led_to_staff_whatever_was_done() -> None:
    staff = _table("employees", people="staff")
    for name in ("scanned_by", "packedBy", "author_id"):
        assert f"log.{name} employees.id" in _led(_table("log", _column(name)), staff)
    for name in ("sort_by", "group_by"):
        assert _led(_table("log", _column(name)), staff) == {}


@pytest.mark.parametrize(("value", "far"), [("客户", "kh"), ("customer", "客户"), ("guest", "guests")])
def test_a_type_in_words_means_a_table_whose_numbers_a_text_may_hold(value: str, far: str) -> None:
    notes = _table("notes", _column("target_type", TEXT), _column("target_id", TEXT))
    tables = [notes, _table(far, people="customer"), _table("orders")]
    found = polymorphic(notes, ("target_type", "target_id"), [value], tables)
    assert [(each.far_table, each.kind) for each in found] == [(far, LinkKind.POLYMORPHIC)]


@pytest.mark.parametrize(
    ("sign", "ids", "far"),
    [
        ("STU", ["7", "8", "9"], "students"),
        (
            "1",
            ["918273645546372811", "918273645546372812", "918273645546372813", "918273645546372814"],
            "riders",
        ),
        ("x", ["7", "8", "9"], None),
    ],
)
def test_a_sign_leads_to_what_it_is_short_for_or_where_ids_cannot_be_by_chance(
    sign: str, ids: list[str], far: str | None
) -> None:
    long = [str(918_273_645_546_372_811 + number * 7) for number in range(20)]
    tables = [
        _table("files", _column("owner_kind", TEXT), _column("owner_ref", TEXT)),
        _table("students", people="person"),
        _table("riders", _column("id", TEXT, values=long), people="staff"),
    ]
    found = unnamed(tables[0], ("owner_kind", "owner_ref"), sign, ids, tables)
    assert [each.far_table for each in found] == ([far] if far else [])


def test_types_and_ids_that_are_not_called_alike_are_a_pair_where_nothing_else_is() -> None:
    log = _table("log", _column("tbl_nm", TEXT), _column("key_val", TEXT), _column("action", TEXT))
    assert loose_pairs(log) == {"tbl_nm": "key_val"}
    assert loose_pairs(log, {"key_val"}) == {}
    assert may_be_polymorphic(log)
    assert not may_be_polymorphic(_table("log", _column("action", TEXT), _column("key_val", TEXT)))


def test_the_letters_before_each_table_are_no_part_of_its_name() -> None:
    names = ("kd_kunde", "vt_vertrag", "zl_zähler", "re_rechnung", "tf_tarif", "ap_ansprechpartner")
    tables = [_table(name, _column("nr", TEXT, values=_numbers(name[:2], 9)), key="nr") for name in names]
    near = _table("ab_ablesung", _column("zählernr", TEXT, values=_numbers("zl", 9, again=3)))
    assert "ab_ablesung.zählernr zl_zähler.nr" in _led(near, *tables)
