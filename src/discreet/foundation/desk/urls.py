"""Addresses of the desk."""

from django.urls import path

from discreet.foundation.desk import pages

app_name = "desk"
urlpatterns = [
    path("", pages.home, name="home"),
    path("work/", pages.work, name="work"),
    path("find/", pages.find, name="find"),
]
