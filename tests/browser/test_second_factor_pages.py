"""The pages that only somebody with a second factor sees: no axe fault in any language and theme."""

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.urls import reverse
from playwright.sync_api import Page

from discreet.foundation.staff.models import StaffMember
from tests.browser.harness import choose, faults_in_both_themes, overflows, picture, sign_in
from tests.foundation.staff.people import PASSWORD
from tests.foundation.staff.test_passkeys import Device, add_passkey, base, sign_out

__all__ = ["base"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def faults(page: Page, name: str, language: str) -> list[str]:
    picture(page, f"{name}.{language}")
    return faults_in_both_themes(page) + ["scrolls sideways"] * overflows(page)


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_pages_of_a_second_factor_are_accessible_in_both_themes(page: Page, base: str, language: str) -> None:
    Device(page)
    choose(page, base, language=language)
    add_passkey(page, base)
    found = {"mfa_view_recovery_codes": faults(page, "mfa_view_recovery_codes", language)}
    TOTP.activate(StaffMember.objects.get(username="anna"), generate_totp_secret())
    passkey = Authenticator.objects.get(type=Authenticator.Type.WEBAUTHN)
    for name, arguments in {
        "mfa_index": [],
        "mfa_list_webauthn": [],
        "mfa_edit_webauthn": [passkey.pk],
        "mfa_remove_webauthn": [passkey.pk],
        "mfa_deactivate_totp": [],
        "mfa_generate_recovery_codes": [],
        "mfa_reauthenticate": [],
    }.items():
        address = base + reverse(name, args=arguments)
        page.goto(address)
        assert page.url.partition("?")[0] == address
        found[name] = faults(page, name, language)
    sign_out(page, base)
    choose(page, base, language=language)
    sign_in(page, base, "anna", PASSWORD)
    assert page.url.partition("?")[0] == base + reverse("mfa_authenticate")
    found["mfa_authenticate"] = faults(page, "mfa_authenticate", language)
    assert {name: wrong for name, wrong in found.items() if wrong} == {}
