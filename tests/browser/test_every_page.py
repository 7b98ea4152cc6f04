"""Every page of the desk and of signing in, by the registry of addresses: no axe fault in any language and theme."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page

from discreet.foundation.datamap import sharing_actions
from discreet.foundation.datamap.models import DataTable, Scan
from discreet.foundation.datamap.sharing import Contact, ManualSourceFacts, RecipientFacts, RecipientKind
from discreet.foundation.ledger.queries import latest_entries
from discreet.foundation.ledger.sequencer import sequence_once
from discreet.foundation.papers import actions as papers
from discreet.foundation.papers.rules import Purpose
from discreet.foundation.permission.actions import choosing
from discreet.foundation.permission.people import Person
from discreet.foundation.permission.rules import Channel
from discreet.foundation.permission.said import Source
from discreet.foundation.webhooks import actions as webhooks
from discreet.foundation.webhooks.models import DeliveryState, PermittedNetwork, WebhookDelivery
from discreet.mechanisms.rights.actions import drafts
from discreet.vocabulary.actors import SYSTEM, Role
from tests.browser import test_datamap as the_map
from tests.browser.harness import choose, faults_in_both_themes, overflows, picture, sign_in
from tests.browser.test_datamap import base, path
from tests.browser.test_desk import with_work
from tests.foundation.papers import files
from tests.foundation.staff.people import PASSWORD, add
from tests.foundation.staff.test_matrix import MATRIX, account, desk
from tests.foundation.webhooks.conftest import ADMIN, REASON, RECEIVED
from tests.mechanisms.rights import driving

__all__ = ["base", "path"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

#: Addresses that answer GET with a file, lead elsewhere, or show a page only to who has a second factor.
NO_PAGES = {
    "desk:calendar_file",
    "desk:status_report",
    "desk:ledger_entry_proof",
    "rights:letter",
    "rights:package_preview",  # of an erasure there is none; its own story looks at it
    "rights:letter_of",
    "rights:report",
    "rights:proof",
    "datamap:report",
    "datamap:file",
    "datamap:json",
    "staff_provider",
    "staff_provider_answer",
    "mfa_authenticate",
    "mfa_reauthenticate",
    "mfa_deactivate_totp",
    "mfa_view_recovery_codes",
    "mfa_download_recovery_codes",
    "mfa_remove_webauthn",
    "mfa_edit_webauthn",
    "mfa_reauthenticate_webauthn",
    "mfa_login_webauthn",
}
#: The same pages in other states than their plain address shows.
STATES = {
    "notifications-all": "/desk/notifications/?show=all",
    "calendar-list": "/desk/calendar/?view=list",
    "search": "/desk/search/?q=e",
    "search-empty": "/desk/search/",
    "search-nothing": "/desk/search/?q=nothing+of+this+name",
    "duties-none": "/desk/law/duties/?law=cn-pipl&q=no+such+words",
    "duty-unused": "/desk/law/duties/CN-AUDIT-FREQ/",
    "recipients-nothing": "/desk/map/recipients/?q=nobody",
    "manual-sources-all": "/desk/map/manual-sources/?show=all",
    "map-changes-all": "/desk/map/changes/?show=all",
    "missing": "/desk/no-such-page/",
}


def arguments(file: Path) -> dict[str, Mapping[str, object]]:
    """Fill the installation, and return what stands in paths: by the name of an app or address, and by parameter."""
    change = the_map.with_new_fields(file)
    with_work()
    add("chen.yu", Role.AGENT)
    number = driving.opened("erasure", "anna@example.com")
    correction = driving.opened("rectification", "anna@example.com")
    sequence_once(timezone.now())
    everywhere: dict[str, object] = {
        "source": "shop",
        "table_id": DataTable.objects.get(name="customer").id,
        "scan_id": Scan.objects.latest("id").id,
        "entry_id": latest_entries(limit=1)[0].entry_id,
        "username": "chen.yu",
        "pk": 1,  # of a passkey: there is none
        "key": "mailer",
    }
    with_sharing()
    return {
        "": everywhere,
        "rights": {
            "number": number,
            "language": "zh-hans",
            "part": "refused",
            "occasion": "answer",
            "draft": with_list(),
            "name": f"B-{driving.batch_of(number)}",
        },
        "rights:correction": {"number": correction},
        "datamap": {"number": change.rstrip("/").rpartition("/")[2]},
        "law": {"rule_id": "CA-DSR-RESP"},
        "webhooks": {"subscription_id": with_webhooks()},
        "permission": {"ref": with_choices()},
        "papers": {"paper_id": with_paper(number)},
    }


def with_list() -> str:
    """Upload a list with a line that is right and one that is wrong, and return its name."""
    content = b"kind,email\naccess,anna@example.com\nerasure,nobody\n"
    return drafts.keep_list(actor=driving.AGENT, now=timezone.now(), content=content)


def with_choices() -> str:
    """Let people choose, and return an objection that waits for a decision."""
    ann = Person(email="anna@example.com")
    source, now = Source(channel=Channel.REQUEST, origin="R-1"), timezone.now()
    choosing.opt_out(actor=SYSTEM, now=now, person=ann, source=source)
    choosing.restrict(actor=SYSTEM, now=now, person=ann, source=source)
    return choosing.object_to(actor=SYSTEM, now=now, person=ann, source=source, purpose="CustomerCare").ref


def with_paper(number: str) -> str:
    """Ask for a document, take one, and return its id."""
    papers.ask_paper(actor=driving.AGENT, now=timezone.now(), number=number, purpose=Purpose.IDENTITY)
    return papers.receive_paper(
        actor=driving.AGENT, now=timezone.now(), number=number, content=files.png(), has_scanner=False
    )


def with_sharing() -> None:
    """State a recipient and a manual source under one name, which stands in the paths of both."""
    now = timezone.now()
    recipient = RecipientFacts(
        key="mailer",
        name_en="Mailing house",
        name_zh="邮件服务商",
        kind=RecipientKind.PROCESSOR,
        contact=Contact.MAIL,
        address="privacy@mailing.example",
    )
    sharing_actions.state_recipient(actor=ADMIN, now=now, facts=recipient)
    manual = ManualSourceFacts(key="mailer", name_en="Its papers", name_zh="其纸质档案", assignee="chen.yu")
    sharing_actions.state_manual_source(actor=ADMIN, now=now, facts=manual)


def with_webhooks() -> str:
    """Permit a network and make a webhook with messages in every state; return its id."""
    now = timezone.now()
    webhooks.permit_network(actor=ADMIN, now=now, network="127.0.0.0/8", reason=REASON)
    webhooks.permit_network(actor=ADMIN, now=now, network="10.20.0.0/16", reason=REASON)
    webhooks.withdraw_network(actor=ADMIN, now=now, network_id=PermittedNetwork.objects.latest("pk").pk)
    subscription_id, _ = webhooks.subscribe(
        actor=ADMIN, now=now, name="Tickets", address="http://127.0.0.1:8080/privacy", events=[RECEIVED]
    )
    for number, state in enumerate([*DeliveryState] * 3):
        webhooks.queue(now=now, event=RECEIVED, data={"request": f"R-{number}"})
        if state != DeliveryState.WAITING:
            webhooks.note_delivery(
                now=now - timedelta(days=number),
                delivery_id=WebhookDelivery.objects.latest("pk").delivery_id,
                state=state,
                status=200 if state == DeliveryState.DELIVERED else 500,
                reason="" if state == DeliveryState.DELIVERED else "http_500",
            )
    return subscription_id


def pages(known: Mapping[str, Mapping[str, object]]) -> Iterator[tuple[str, str]]:
    """Yield name and path of every address that answers GET; what is not known of a new one fails here."""
    for one in (*account(), *desk()):
        if "GET" not in MATRIX[one.name]["methods"]:
            continue
        values = {**known[""], **known.get(one.name.partition(":")[0], {}), **known.get(one.name, {})}
        yield one.name, reverse(one.name, kwargs={name: values[name] for name in one.parameters})
    yield from STATES.items()
    yield "map-view", reverse("datamap:table", args=["shop", DataTable.objects.get(name="zbuyers").id])
    yield "map-scan-runs", reverse("datamap:scan", args=["shop", the_map.begun()])


def looked_at(page: Page, base: str, name: str, address: str, language: str) -> list[str] | None:
    """Return what is wrong with a page; None where the address leads elsewhere or gives a file."""
    answer = page.request.get(base + address)
    is_page = answer.headers.get("content-type", "").startswith("text/html")
    if not is_page or answer.url != base + address or (answer.status != 200 and name != "missing"):
        return None
    page.goto(base + address)
    picture(page, f"{name.replace(':', '-')}.{language}")
    return faults_in_both_themes(page) + ["scrolls sideways"] * overflows(page)


def confirm_it_is_me(page: Page, base: str) -> None:
    """Give the password once more, as the pages of the second factor ask."""
    page.goto(f"{base}/account/reauthenticate/")
    page.fill("[name=password]", PASSWORD)
    with page.expect_navigation():
        page.click("main button")


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_every_page_is_accessible_in_both_themes(page: Page, base: str, path: Path, language: str) -> None:
    known = arguments(path)
    choose(page, base, language=language)
    every = list(pages(known))
    before = {
        name: looked_at(page, base, name, address, language)
        for name, address in every
        if MATRIX.get(name, {}).get("roles") == "anybody"
    }
    sign_in(page, base, "lena.brandt", PASSWORD)
    confirm_it_is_me(page, base)
    faults = {
        name: looked_at(page, base, name, address, language)
        for name, address in every
        if before.get(name) is None
    } | {name: found for name, found in before.items() if found is not None}
    assert {name: found for name, found in faults.items() if found} == {}
    assert sorted(name for name, found in faults.items() if found is None) == sorted(NO_PAGES)
