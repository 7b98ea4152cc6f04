"""Addresses of the privacy centre. Mechanisms' own addresses under `/privacy/` stand before these."""

from django.urls import path

from discreet.foundation.centre import handover_views, views

app_name = "centre"
urlpatterns = [
    path("", views.front, name="front"),
    path("progress/", views.progress, name="progress"),
    path("language/<slug:code>/", views.language, name="language"),
    path("theme/<slug:name>/", views.theme, name="theme"),
    path("handover/", handover_views.hand_over, name="handover"),
    path("handover/not-me/", handover_views.not_me, name="not_me"),
    path("<path:path>", views.nothing_here),
]
