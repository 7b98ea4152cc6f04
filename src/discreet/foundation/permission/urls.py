"""Addresses of the desk's pages of choices."""

from django.urls import path

from discreet.foundation.permission import desk

app_name = "permission"
urlpatterns = [
    path("", desk.choices, name="choices"),
]
