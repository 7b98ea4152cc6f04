"""Addresses of the staff pages about sites that may hand customers over."""

from django.urls import path

from discreet.foundation.centre import handover_desk

app_name = "handover"
urlpatterns = [
    path("", handover_desk.sites, name="sites"),
    path("add/", handover_desk.add_site, name="add_site"),
    path("<slug:site_id>/revoke/", handover_desk.revoke, name="revoke_site"),
]
