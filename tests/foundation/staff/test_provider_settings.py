"""What an operator may say about the identity provider, and what is refused before anything starts."""

from pathlib import Path

import pytest

from discreet.foundation.staff.provider_settings import ProviderMisconfigured, read_provider_settings
from discreet.foundation.staff.rules import proves_second_factor, username_from
from discreet.project.environment import read_environment
from discreet.vocabulary.actors import Role

NEEDED = {
    "DISCREET_OIDC_ISSUER": "https://id.example.com/realm",
    "DISCREET_OIDC_CLIENT_ID": "discreet",
    "DISCREET_OIDC_CLIENT_SECRET": "quiet-secret",
}


def test_no_issuer_means_no_provider() -> None:
    assert read_provider_settings({**NEEDED, "DISCREET_OIDC_ISSUER": ""}) is None


def test_the_least_that_is_needed() -> None:
    found = read_provider_settings(NEEDED)
    assert found is not None
    assert (found.name, found.verified_claim, found.mfa_acr, dict(found.role_of_group)) == (
        "SSO",
        "email_verified",
        (),
        {},
    )
    assert "quiet-secret" not in repr(found)


def test_the_secret_may_lie_in_a_file(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text("from-a-file\n", encoding="utf-8")
    found = read_provider_settings({**NEEDED, "DISCREET_OIDC_CLIENT_SECRET_FILE": str(file)})
    assert found is not None
    assert found.client_secret == "from-a-file"


def test_groups_map_to_roles() -> None:
    roles = "cn=privacy=agent, leads = approver"
    found = read_provider_settings(
        {**NEEDED, "DISCREET_OIDC_ROLE_CLAIM": "groups", "DISCREET_OIDC_ROLES": roles}
    )
    assert found is not None
    assert found.role_of_group == {"cn=privacy": Role.AGENT, "leads": Role.APPROVER}


@pytest.mark.parametrize(
    "wrong",
    [
        {"DISCREET_OIDC_ISSUER": "http://id.example.com"},
        {"DISCREET_OIDC_ISSUER": "id.example.com"},
        {"DISCREET_OIDC_CLIENT_ID": ""},
        {"DISCREET_OIDC_CLIENT_SECRET": ""},
        {"DISCREET_OIDC_CLIENT_SECRET_FILE": "/nonexistent/secret"},
        {"DISCREET_OIDC_ROLE_CLAIM": "groups"},
        {"DISCREET_OIDC_ROLES": "leads=approver"},
        {"DISCREET_OIDC_ROLE_CLAIM": "groups", "DISCREET_OIDC_ROLES": "leads=king"},
        {"DISCREET_OIDC_ROLE_CLAIM": "groups", "DISCREET_OIDC_ROLES": "=approver"},
    ],
)
def test_what_cannot_be_is_refused_by_the_name_of_its_variable(wrong: dict[str, str]) -> None:
    with pytest.raises(ProviderMisconfigured) as refused:
        read_provider_settings(NEEDED | wrong)
    assert "DISCREET_OIDC_" in str(refused.value)


def test_no_command_starts_with_settings_that_cannot_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISCREET_OIDC_ISSUER", "http://id.example.com")
    with pytest.raises(SystemExit, match="DISCREET_OIDC_ISSUER"):
        read_environment()


@pytest.mark.parametrize(
    ("methods", "context", "is_enough"),
    [
        (["mfa"], "", True),
        (["pwd", "otp"], "", True),
        (["pin", "hwk"], "", True),
        (["pwd"], "", False),
        (["otp"], "", False),
        (["pwd", "kba"], "", False),
        (["otp", "fpt"], "", False),
        (["pwd", "sms"], "", False),
        ([], "gold", True),
        ([], "bronze", False),
        ([], "", False),
    ],
)
def test_two_factors_are_something_known_and_something_held(
    methods: list[str], context: str, is_enough: bool
) -> None:
    found = proves_second_factor(methods=methods, context=context, accepted_contexts=["gold", ""])
    assert found is is_enough


@pytest.mark.parametrize(
    ("preferred", "email", "expected"),
    [
        ("Anna", "x@example.com", "anna-2"),
        ("", "Lena.Brandt@example.com", "lena.brandt"),
        ("CORP\\li.wei", "", "corp-li.wei"),
        ("李伟", "", "staff"),
        ("x", "", "staff-x"),
        ("..", "", "staff"),
        ("o" * 90, "", "o" * 50),
    ],
)
def test_an_account_name_is_made_from_what_the_provider_says(
    preferred: str, email: str, expected: str
) -> None:
    assert username_from(preferred=preferred, email=email, taken={"anna"}) == expected
