"""Addresses of signing in: only what staff need of allauth, so no sign-up, no e-mail pages, no resets."""

from allauth.account import views as account
from allauth.mfa.recovery_codes import views as recovery_codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as passkeys
from django.urls import include, path

from discreet.foundation.staff import single_sign_on
from discreet.foundation.staff.second_factor import recorded

# The same addresses as allauth's, which stand below: these change factors, so they record it.
factor_changes = [
    path("totp/activate/", recorded(totp.activate_totp), name="mfa_activate_totp"),
    path("totp/deactivate/", recorded(totp.deactivate_totp), name="mfa_deactivate_totp"),
    path(
        "recovery-codes/generate/",
        recorded(recovery_codes.generate_recovery_codes),
        name="mfa_generate_recovery_codes",
    ),
    path("webauthn/add/", recorded(passkeys.add_webauthn), name="mfa_add_webauthn"),
    path("webauthn/keys/<int:pk>/remove/", recorded(passkeys.remove_webauthn), name="mfa_remove_webauthn"),
]

urlpatterns = [
    path("login/", account.login, name="account_login"),
    path("logout/", account.logout, name="account_logout"),
    path("inactive/", account.account_inactive, name="account_inactive"),
    path("reauthenticate/", account.reauthenticate, name="account_reauthenticate"),
    path("password/", account.password_change, name="account_change_password"),
    path("provider/", single_sign_on.start, name="staff_provider"),
    path("provider/answer/", single_sign_on.answer, name="staff_provider_answer"),
    path("second-factor/", include(factor_changes)),
    path("second-factor/", include("allauth.mfa.urls")),
]
