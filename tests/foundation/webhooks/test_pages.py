"""The desk's pages about webhooks, the acts behind them, and the command line."""

import re

import pytest
from click.testing import CliRunner
from django.test import Client
from django.utils import translation
from django.utils.html import escape

from discreet.foundation.ledger.queries import entries_for, latest_entries
from discreet.foundation.webhooks import actions, refusals
from discreet.foundation.webhooks.cli import webhooks
from discreet.foundation.webhooks.models import PermittedNetwork, Subscription, WebhookDelivery
from discreet.vocabulary.actors import Role
from tests.foundation.staff.people import add
from tests.foundation.webhooks.conftest import ADMIN, AGENT, NOW, REASON, RECEIVED, Link

pytestmark = pytest.mark.django_db
URL = "https://hooks.example.com/privacy?key=path-secret"
FORM = {"name": "Tickets", "address": URL, "events": [RECEIVED]}


@pytest.fixture
def desk(settings: object) -> Client:
    settings.DISCREET_DEMO = True  # type: ignore[attr-defined]
    member = add("lena", Role.ADMINISTRATOR)
    client = Client()
    client.force_login(member, backend="django.contrib.auth.backends.ModelBackend")
    return client


def text_of(client: Client, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200
    return response.content.decode()


def test_a_webhook_is_added_and_its_secret_is_shown_this_once(desk: Client) -> None:
    assert "Nobody outside is told anything" in text_of(desk, "/desk/webhooks/")
    page = desk.post("/desk/webhooks/add/", FORM).content.decode()
    (secret,) = re.findall(r"whsec_[A-Za-z0-9+/=]+", page)
    row = Subscription.objects.get()
    assert secret not in text_of(desk, f"/desk/webhooks/to/{row.subscription_id}/")
    assert secret not in text_of(desk, "/desk/webhooks/")
    (entry,) = entries_for(f"webhook:{row.subscription_id}")
    assert entry.act == "webhooks.subscribe"
    assert "hooks.example.com" not in str(entry)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"address": "http://hooks.example.com/"}, "must begin with https://"),
        ({"address": "https://10.0.0.1/"}, "network that is not permitted"),
        ({"address": "https://ann:pw@hooks.example.com/"}, "user name or password"),
        ({"address": "https://hооks.example.com/"}, "look like others"),
        ({"events": []}, "required"),
        ({"events": ["request.eaten"]}, "request.eaten"),
        ({"name": "a\x07b"}, "visible characters"),
    ],
)
def test_a_webhook_that_cannot_be_is_refused_in_words(
    desk: Client, change: dict[str, object], says: str
) -> None:
    response = desk.post("/desk/webhooks/add/", FORM | change)
    assert response.status_code == 422
    assert says in response.content.decode()
    assert not Subscription.objects.exists()


def test_a_private_network_is_permitted_with_a_reason_on_record_and_withdrawn(desk: Client) -> None:
    path = "/desk/webhooks/networks/"
    assert "No private network is permitted" in text_of(desk, path)
    assert desk.post(path, {"network": "10.0.0.0/8", "reason": "because"}).status_code == 422
    assert (
        "private networks can be permitted"
        in desk.post(path, {"network": "0.0.0.0/0", "reason": REASON}).content.decode()
    )
    assert desk.post(path, {"network": "10.0.0.0/8", "reason": REASON}).status_code == 302
    assert desk.post("/desk/webhooks/add/", FORM | {"address": "http://10.0.0.7/x"}).status_code == 200
    assert desk.post(path, {"network": "10.0.0.0/8", "reason": REASON}).status_code == 422
    row = PermittedNetwork.objects.get()
    assert row.permitted_by == "lena"
    assert REASON in text_of(desk, path)
    assert desk.post(f"{path}{row.pk}/withdraw/").status_code == 302
    assert desk.post(f"{path}{row.pk}/withdraw/").status_code == 404
    acts = [entry.act for entry in entries_for(f"webhook_network:{row.pk}")]
    assert sorted(acts) == ["webhooks.permit_network", "webhooks.withdraw_network"]


def test_a_permission_that_was_withdrawn_stops_the_next_message(link: Link) -> None:
    actions.withdraw_network(actor=ADMIN, now=NOW, network_id=PermittedNetwork.objects.get().pk)
    link.happen()
    assert link.send() == 0
    assert link.message.reason == "address_refused"
    assert link.receiver.connections == 0


def test_a_page_shows_every_message_with_its_state_and_sends_one_again(desk: Client, link: Link) -> None:
    path = f"/desk/webhooks/to/{link.subscription_id}/"
    assert "No messages yet" in text_of(desk, path)
    link.receiver.answer(500)
    link.happen()
    link.send()
    page = text_of(desk, path)
    assert "The host answered 500" in page
    assert "Nothing has arrived since" in page
    assert "needs attention" in text_of(desk, "/desk/webhooks/")
    link.clock.pass_(seconds=5)
    link.send()
    assert "Every webhook arrives" in text_of(desk, "/desk/webhooks/")
    assert "No message in this state" in text_of(desk, f"{path}?state=given_up")
    assert link.message.delivery_id in text_of(desk, f"{path}?state=delivered&page=99999999999")
    assert desk.post(f"/desk/webhooks/messages/{link.message.delivery_id}/again/").status_code == 302
    assert desk.post(f"/desk/webhooks/messages/{link.message.delivery_id}/again/").status_code == 409
    assert desk.post("/desk/webhooks/messages/msg_none/again/").status_code == 404


def test_a_webhook_is_paused_resumed_renewed_tested_changed_and_removed(desk: Client, link: Link) -> None:
    path = f"/desk/webhooks/to/{link.subscription_id}/"
    assert desk.post(f"{path}pause/").status_code == 302
    assert desk.post(f"{path}pause/").status_code == 409
    assert desk.post(f"{path}test/").status_code == 409
    assert "Resume sending" in text_of(desk, path)
    assert desk.post(f"{path}resume/").status_code == 302
    assert "whsec_" in desk.post(f"{path}rotate/").content.decode()
    assert desk.post(f"{path}rotate/").status_code == 409
    assert desk.post(f"{path}test/").status_code == 302
    assert WebhookDelivery.objects.get().event == "webhook.test"
    assert desk.post(f"{path}events/", {"events": ["scan.finished"]}).status_code == 302
    assert link.row.events == ["scan.finished"]
    assert desk.post(f"{path}events/", {"events": ["x"]}).status_code == 422
    assert desk.post(f"{path}remove/").status_code == 302
    assert desk.get(path).status_code == 404
    assert not WebhookDelivery.objects.exists()


def test_only_an_administrator_decides_who_is_told(link: Link) -> None:
    sub, before = link.subscription_id, latest_entries(limit=1)
    for refused in (
        lambda: actions.subscribe(actor=AGENT, now=NOW, name="x", address=URL, events=[RECEIVED]),
        lambda: actions.choose_events(actor=AGENT, now=NOW, subscription_id=sub, events=[RECEIVED]),
        lambda: actions.pause(actor=AGENT, now=NOW, subscription_id=sub),
        lambda: actions.resume(actor=AGENT, now=NOW, subscription_id=sub),
        lambda: actions.remove(actor=AGENT, now=NOW, subscription_id=sub),
        lambda: actions.rotate_secret(actor=AGENT, now=NOW, subscription_id=sub),
        lambda: actions.send_test(actor=AGENT, now=NOW, subscription_id=sub),
        lambda: actions.send_again(actor=AGENT, now=NOW, delivery_id="msg_x"),
        lambda: actions.permit_network(actor=AGENT, now=NOW, network="10.0.0.0/8", reason=REASON),
        lambda: actions.withdraw_network(actor=AGENT, now=NOW, network_id=1),
    ):
        with pytest.raises(refusals.NotAdministrator):
            refused()
    assert latest_entries(limit=1) == before


def test_a_name_with_markup_is_text_on_every_page(desk: Client, link: Link) -> None:
    name = "<script>alert(1)</script>"
    Subscription.objects.update(name=name)
    for path in ("/desk/webhooks/", f"/desk/webhooks/to/{link.subscription_id}/"):
        page = text_of(desk, path)
        assert name not in page
        assert escape(name) in page


def test_the_pages_speak_chinese(desk: Client, link: Link) -> None:
    desk.cookies["discreet_language"] = "zh-hans"
    link.receiver.answer(500)
    link.happen()
    link.send()
    page = text_of(desk, f"/desk/webhooks/to/{link.subscription_id}/")
    for words in ("发送测试消息", "主机答复 500", "收到一项请求", "更换密钥"):
        assert words in page
    assert "内部网络" in text_of(desk, "/desk/webhooks/networks/")


def test_the_command_line_lists_webhooks_and_tests_one(link: Link) -> None:
    link.receiver.clock = link.clock.real
    with translation.override("en"):
        tested = CliRunner().invoke(webhooks, ["test", link.subscription_id])
        assert (tested.exit_code, tested.output) == (0, "Arrived\n")
        link.receiver.answer(404)
        failed = CliRunner().invoke(webhooks, ["test", link.subscription_id])
        assert (failed.exit_code, failed.output) == (1, "Waiting\tThe host answered 404\n")
        listed = CliRunner().invoke(webhooks, ["list"]).output
    assert listed == f"{link.subscription_id}\tTickets\tSends\t1 waiting, 0 given up\n"
