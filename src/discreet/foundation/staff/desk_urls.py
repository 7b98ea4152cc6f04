"""Addresses of the pages about accounts and tokens."""

from django.urls import path

from discreet.foundation.staff import desk

app_name = "staff"
urlpatterns = [
    path("", desk.members, name="members"),
    path("add/", desk.add_member, name="add_member"),
    path("tokens/", desk.tokens, name="tokens"),
    path("tokens/add/", desk.add_token, name="add_token"),
    path("tokens/<int:token_id>/revoke/", desk.revoke_token, name="revoke_token"),
    path("account/<str:username>/", desk.member, name="member"),
    path("account/<str:username>/roles/", desk.change_roles, name="change_roles"),
    path("account/<str:username>/deactivate/", desk.deactivate, name="deactivate"),
    path("account/<str:username>/reactivate/", desk.reactivate, name="reactivate"),
    path("account/<str:username>/reset/", desk.reset_sign_in, name="reset_sign_in"),
]
