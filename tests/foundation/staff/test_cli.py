"""Accounts from the command line."""

import pytest
from click.testing import CliRunner

from discreet.foundation.ledger.queries import entries_for
from discreet.foundation.staff.cli import staff
from discreet.foundation.staff.models import StaffMember
from discreet.vocabulary.actors import Role
from tests.foundation.staff.people import PASSWORD, add

pytestmark = pytest.mark.django_db


def _run(*arguments: str, typed: str = "") -> tuple[int, str]:
    result = CliRunner().invoke(staff, list(arguments), input=typed)
    return result.exit_code, result.output


def test_the_first_account_is_added_with_a_first_password() -> None:
    code, output = _run("add", "anna", "--role", "administrator")
    assert code == 0
    first = output.split()[-1]
    assert StaffMember.objects.get(username="anna").check_password(first)
    assert entries_for("staff:anna")[0].actor_label.startswith("shell:")


def test_a_password_of_ones_own_comes_on_standard_input_only() -> None:
    code, output = _run("add", "anna", "--password-stdin", typed=f"{PASSWORD}\n")
    assert code == 0
    assert PASSWORD not in output
    assert not StaffMember.objects.get(username="anna").must_change_password


def test_a_refusal_is_an_exit_code_and_a_sentence() -> None:
    add("anna", Role.AGENT)
    code, output = _run("add", "berta", "--as", "anna")
    assert (code, "Only administrators" in output) == (1, True)
    assert _run("roles", "anna", "--as", "nobody")[0] == 1


def test_the_list_names_roles_and_second_factors() -> None:
    add("anna", Role.AGENT, Role.VIEWER)
    assert _run("list") == (0, "anna\tactive\tagent,viewer\tno second factor\n")
