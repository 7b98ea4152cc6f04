"""Every page of the desk and of signing in, by the registry of addresses: no axe fault in any language and theme."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page

from discreet.foundation.datamap.models import DataTable, Scan
from discreet.foundation.ledger.queries import latest_entries
from discreet.foundation.ledger.sequencer import sequence_once
from discreet.vocabulary.actors import Role
from tests.browser import test_datamap as the_map
from tests.browser.harness import choose, faults_in_both_themes, overflows, picture, sign_in
from tests.browser.test_datamap import base, path
from tests.browser.test_desk import with_work
from tests.foundation.staff.people import PASSWORD, add
from tests.foundation.staff.test_matrix import MATRIX, account, desk
from tests.mechanisms.rights import driving

__all__ = ["base", "path"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

#: Addresses that answer GET with a file, lead elsewhere, or have no page in this installation.
NO_PAGES = {
    "account_inactive",
}
#: The same pages in other states than their plain address shows.
STATES = {
    "notifications-all": "/desk/notifications/?show=all",
    "calendar-list": "/desk/calendar/?view=list",
    "search": "/desk/search/?q=e",
    "search-nothing": "/desk/search/?q=nothing+of+this+name",
    "duties-none": "/desk/law/duties/?law=cn-pipl&q=no+such+words",
    "duty-unused": "/desk/law/duties/CN-AUDIT-FREQ/",
    "map-changes-all": "/desk/map/changes/?show=all",
    "missing": "/desk/no-such-page/",
}


def arguments(file: Path) -> dict[str, Mapping[str, object]]:
    """Fill the installation, and return what stands in paths: by the name of an app or address, and by parameter."""
    change = the_map.with_new_fields(file)
    with_work()
    add("chen.yu", Role.AGENT)
    number = driving.opened("erasure", "anna@example.com")
    sequence_once(timezone.now())
    everywhere: dict[str, object] = {
        "source": "shop",
        "table_id": DataTable.objects.get(name="customer").id,
        "scan_id": Scan.objects.latest("id").id,
        "entry_id": latest_entries(limit=1)[0].entry_id,
        "username": "chen.yu",
        "pk": 1,  # of a passkey: there is none
    }
    return {
        "": everywhere,
        "rights": {"number": number},
        "datamap": {"number": change.rstrip("/").rpartition("/")[2]},
        "law": {"rule_id": "CA-DSR-RESP"},
    }


def pages(known: Mapping[str, Mapping[str, object]]) -> Iterator[tuple[str, str]]:
    """Yield name and path of every address that answers GET; what is not known of a new one fails here."""
    for one in (*account(), *desk()):
        if "GET" not in MATRIX[one.name]["methods"]:
            continue
        values = {**known[""], **known.get(one.name.partition(":")[0], {})}
        yield one.name, reverse(one.name, kwargs={name: values[name] for name in one.parameters})
    yield from STATES.items()


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_every_page_is_accessible_in_both_themes(page: Page, base: str, path: Path, language: str) -> None:
    known = arguments(path)
    choose(page, base, language=language)
    sign_in(page, base, "lena.brandt", PASSWORD)
    faults: dict[str, list[str]] = {}
    without = set()
    for name, address in list(pages(known)):
        answer = page.request.get(base + address)
        is_page = answer.headers.get("content-type", "").startswith("text/html")
        if not is_page or answer.url != base + address or (answer.status != 200 and name != "missing"):
            without.add(name)
            continue
        page.goto(base + address)
        picture(page, f"{name.replace(':', '-')}.{language}")
        faults[name] = faults_in_both_themes(page)
        if overflows(page):
            faults[name].append("scrolls sideways")
    assert {name: found for name, found in faults.items() if found} == {}
    assert without == NO_PAGES
