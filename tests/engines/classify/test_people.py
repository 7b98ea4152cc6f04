"""Tables of people are told from tables of what belongs to them, of firms and of things."""

import pytest

from discreet.engines.classify.judging import judge_table
from discreet.engines.classify.model import ColumnSample, Kind, TableSample
from discreet.engines.classify.people import judge_people
from tests.engines.classify.pools import values_of


def _table(name: str, columns: dict[str, str]) -> TableSample:
    key = ColumnSample("id", kind=Kind.INTEGER, is_key=True, is_primary=True, values=values_of("serial"))
    rest = [ColumnSample(header, values=values_of(pool), was_read=True) for header, pool in columns.items()]
    return TableSample(name, [key, *rest])


@pytest.mark.parametrize(
    ("name", "columns", "kind"),
    [
        ("customers", {"name": "names_en", "email": "emails"}, "customer"),
        ("tbl_emp", {"first_name": "given", "phone": "phones_us"}, "staff"),
        ("staff_members", {"name": "names_en", "mail": "emails"}, "staff"),
        ("operators", {"login": "logins", "email": "emails"}, "staff"),
        ("yg", {"xm": "names_zh", "sjh": "mobiles_zh", "sfzh": "ids_zh"}, "staff"),
        ("suppliers", {"company": "firms", "contact_name": "names_en"}, "supplier"),
        ("t042", {"name": "names_en", "email": "emails", "birth_date": "births"}, "person"),
        ("suppliers", {"company": "firms", "phone": "phones_us"}, ""),
        ("accounts", {"name": "firms", "city": "cities_en"}, ""),
        ("orders", {"customer_name": "names_en", "customer_email": "emails"}, ""),
        ("parcels", {"recipient_name": "names_en", "recipient_phone": "phones_us"}, ""),
        ("user_devices", {"device_id": "uuids", "ip": "ips"}, ""),
        ("products", {"name": "things_named", "sku": "skus"}, ""),
        ("customer_groups", {"name": "things"}, ""),
    ],
)
def test_a_table_is_of_people_of_a_kind_or_of_none(name: str, columns: dict[str, str], kind: str) -> None:
    table = _table(name, columns)
    verdict = judge_people(table, judge_table(table), refers_to_people=False)
    assert (verdict.kind if verdict.is_people else "") == kind
