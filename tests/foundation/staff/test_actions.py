"""Accounts and tokens: who gives rights, what is recorded, what is refused."""

from datetime import timedelta

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils import translation

from discreet.foundation.ledger.queries import entries_for
from discreet.foundation.staff import actions, queries, refusals
from discreet.foundation.staff.models import ApiToken, StaffMember
from discreet.foundation.staff.rules import Scope
from discreet.vocabulary.actors import ActorKind, Role
from tests.foundation.staff.people import NOW, PASSWORD, ROOT, add, staff

pytestmark = [pytest.mark.django_db, pytest.mark.duty("M2.5")]
OTHERS = [role for role in Role if role is not Role.ADMINISTRATOR]


def test_a_new_account_gets_a_first_password_that_must_be_changed() -> None:
    first = actions.create_member(actor=ROOT, now=NOW, username="anna", email="", roles=[Role.AGENT])
    member = StaffMember.objects.get(username="anna")
    assert member.check_password(first)
    assert member.must_change_password


def test_a_new_account_is_evidence_without_its_email() -> None:
    add("anna", Role.AGENT, email="anna@example.com")
    (entry,) = entries_for("staff:anna")
    assert (entry.act, entry.facts) == ("staff.create_member", {"roles": ["agent"]})


@pytest.mark.parametrize("role", OTHERS)
def test_only_administrators_create_accounts(role: Role) -> None:
    with pytest.raises(refusals.NotAdministrator):
        actions.create_member(
            actor=staff("x1", [role]), now=NOW, username="anna", email="", roles=[Role.VIEWER]
        )
    assert not StaffMember.objects.exists()


@pytest.mark.parametrize(
    "name", ["", "a", "Anna", "anna@example.com", "anna b", "../x", "a" * 61, "安娜", "an\x00na"]
)
def test_an_account_name_that_evidence_could_not_hold_is_refused(name: str) -> None:
    with pytest.raises(refusals.BadUsername):
        actions.create_member(actor=ROOT, now=NOW, username=name, email="", roles=[])


def test_a_name_or_address_is_given_once() -> None:
    add("anna", email="anna@example.com")
    for username, email in (("anna", ""), ("berta", "ANNA@example.com")):
        with pytest.raises(refusals.NameTaken):
            actions.create_member(actor=ROOT, now=NOW, username=username, email=email, roles=[])


@pytest.mark.parametrize("password", ["short", "password1234", "anna-longname"])
def test_why_a_password_is_bad_is_said_in_chinese(password: str) -> None:
    member = StaffMember(username="anna-longname")
    with translation.override("zh-hans"), pytest.raises(ValidationError) as refused:
        validate_password(password, member)
    assert [message for message in refused.value.messages if message.isascii()] == []


@pytest.mark.parametrize("password", ["short", "password1234", "anna-longname"])
def test_a_weak_password_is_refused(password: str) -> None:
    with pytest.raises(refusals.BadPassword):
        actions.create_member(
            actor=ROOT, now=NOW, username="anna-longname", email="", roles=[], password=password
        )


@pytest.mark.promise(25)
def test_nobody_changes_their_own_rights() -> None:
    add("anna", Role.ADMINISTRATOR)
    anna = staff("Anna", [Role.ADMINISTRATOR])
    with pytest.raises(refusals.OwnRights):
        actions.change_roles(actor=anna, now=NOW, username="anna", roles=list(Role))


def test_the_last_administrator_stays() -> None:
    add("anna", Role.ADMINISTRATOR)
    add("closed", Role.ADMINISTRATOR)
    actions.deactivate_member(actor=ROOT, now=NOW, username="closed")
    with pytest.raises(refusals.LastAdministrator):
        actions.change_roles(actor=ROOT, now=NOW, username="anna", roles=[Role.VIEWER])
    with pytest.raises(refusals.LastAdministrator):
        actions.deactivate_member(actor=ROOT, now=NOW, username="anna")


def test_a_change_of_roles_names_both_sides() -> None:
    add("anna", Role.AGENT)
    actions.change_roles(actor=ROOT, now=NOW, username="anna", roles=[Role.AUDITOR, Role.VIEWER])
    assert entries_for("staff:anna")[-1].facts == {
        "roles": ["auditor", "viewer"],
        "roles_before": ["agent"],
    }


@pytest.mark.promise(25)
def test_a_token_lends_only_what_its_owner_holds() -> None:
    add("anna", Role.AUDITOR)
    raw = actions.create_token(actor=ROOT, now=NOW, owner="anna", name="report", scopes=list(Scope), days=30)
    actor = queries.authenticate_token(raw, now=NOW)
    assert actor is not None
    assert actor.roles == {Role.VIEWER, Role.AUDITOR}
    assert (actor.kind, actor.person, actor.label) == (ActorKind.API, "anna", "api:anna (token report)")


def test_no_scope_lends_approval_or_administration() -> None:
    add("anna", *Role)
    raw = actions.create_token(actor=ROOT, now=NOW, owner="anna", name="all", scopes=list(Scope), days=1)
    actor = queries.authenticate_token(raw, now=NOW)
    assert actor is not None
    assert not actor.roles & {Role.APPROVER, Role.ADMINISTRATOR}


def test_a_token_ends_with_its_days_its_revocation_or_its_owner() -> None:
    add("anna", Role.AGENT)

    def token() -> str:
        return actions.create_token(
            actor=ROOT, now=NOW, owner="anna", name="x", scopes=[Scope.REQUESTS_READ], days=1
        )

    over, revoked, orphaned = token(), token(), token()
    ids = list(ApiToken.objects.order_by("id").values_list("id", flat=True))
    assert queries.authenticate_token(over, now=NOW + timedelta(days=1)) is None
    actions.revoke_token(actor=ROOT, now=NOW, token_id=ids[1])
    assert queries.authenticate_token(revoked, now=NOW) is None
    actions.deactivate_member(actor=ROOT, now=NOW, username="anna")
    assert queries.authenticate_token(orphaned, now=NOW) is None
    assert queries.authenticate_token("", now=NOW) is None


@pytest.mark.promise(23)
def test_the_database_never_holds_a_token() -> None:
    add("anna", Role.AGENT)
    raw = actions.create_token(
        actor=ROOT, now=NOW, owner="anna", name="x", scopes=[Scope.REQUESTS_READ], days=1
    )
    row = ApiToken.objects.values().get()
    assert raw not in str(row)
    assert PASSWORD not in str(StaffMember.objects.values().get(username="anna"))
