"""Who acts at the command line, and with which roles."""

import os
import pwd

import pytest

from discreet.foundation.staff import actions
from discreet.foundation.staff.actors import UnknownStaff, shell_actor
from discreet.vocabulary.actors import ActorKind, Role
from tests.foundation.staff.people import NOW, ROOT, add

pytestmark = pytest.mark.django_db


def test_before_the_first_account_any_name_may_do_everything() -> None:
    actor = shell_actor("anna")
    assert (actor.kind, actor.name, actor.roles) == (ActorKind.SHELL, "anna", frozenset(Role))
    assert actor.shell_user == pwd.getpwuid(os.getuid()).pw_name


def test_once_there_are_accounts_a_name_must_be_one_of_them() -> None:
    add("anna", Role.APPROVER)
    assert shell_actor("ANNA").roles == {Role.APPROVER}
    assert shell_actor("ANNA").label.startswith("shell:anna (shell user ")
    with pytest.raises(UnknownStaff):
        shell_actor("berta")


@pytest.mark.parametrize("name", ["", " ", "x" * 151, "an\x00na", "an\nna"])
def test_what_can_be_no_account_is_nobody_even_before_the_first(name: str) -> None:
    with pytest.raises(UnknownStaff):
        shell_actor(name)


def test_the_environment_does_not_say_who_sits_at_the_shell(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.setenv(variable, "lan")
    assert shell_actor("anna").shell_user == pwd.getpwuid(os.getuid()).pw_name != "lan"


def test_a_closed_account_acts_no_more() -> None:
    add("root.admin", Role.ADMINISTRATOR)
    add("anna", Role.APPROVER)
    actions.deactivate_member(actor=ROOT, now=NOW, username="anna")
    with pytest.raises(UnknownStaff):
        shell_actor("anna")


def test_the_operator_without_an_account_may_not_approve() -> None:
    add("anna", Role.APPROVER)
    actor = shell_actor()
    assert actor.roles == {Role.AGENT, Role.ADMINISTRATOR}
    assert actor.name == pwd.getpwuid(os.getuid()).pw_name
