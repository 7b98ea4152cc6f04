"""Addresses of the law pages."""

from django.urls import path

from discreet.foundation.rulepacks import desk

app_name = "law"
urlpatterns = [
    path("", desk.front, name="front"),
    path("duties/", desk.duties, name="duties"),
    path("dates/", desk.dates, name="dates"),
    path("duties/<slug:rule_id>/", desk.duty, name="duty"),
]
