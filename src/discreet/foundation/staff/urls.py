"""Addresses of signing in: only what staff need of allauth, so no sign-up, no e-mail pages, no resets."""

from allauth.account import views as account
from django.urls import include, path

from discreet.foundation.staff import single_sign_on

urlpatterns = [
    path("login/", account.login, name="account_login"),
    path("logout/", account.logout, name="account_logout"),
    path("inactive/", account.account_inactive, name="account_inactive"),
    path("reauthenticate/", account.reauthenticate, name="account_reauthenticate"),
    path("password/", account.password_change, name="account_change_password"),
    path("provider/", single_sign_on.start, name="staff_provider"),
    path("provider/answer/", single_sign_on.answer, name="staff_provider_answer"),
    path("second-factor/", include("allauth.mfa.urls")),
]
