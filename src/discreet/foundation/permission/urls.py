"""Addresses of the desk's pages of choices."""

from django.urls import path

from discreet.foundation.permission import desk

app_name = "permission"
urlpatterns = [
    path("", desk.choices, name="choices"),
    path("<str:ref>/", desk.choice, name="choice"),
    path("<str:ref>/uphold/", desk.uphold, name="uphold"),
    path("<str:ref>/override/", desk.override, name="override"),
    path("<str:ref>/tell/", desk.tell_lifting, name="tell_lifting"),
    path("<str:ref>/lift/", desk.lift, name="lift"),
]
