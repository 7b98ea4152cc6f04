"""Addresses of the preferences that need no account."""

from django.urls import path

from discreet.foundation.desk import preferences

app_name = "preferences"
urlpatterns = [
    path("language/", preferences.set_language, name="language"),
    path("density/", preferences.set_density, name="density"),
    path("theme/", preferences.set_theme, name="theme"),
]
