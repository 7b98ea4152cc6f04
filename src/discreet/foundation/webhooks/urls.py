"""Addresses of the pages about webhooks."""

from django.urls import path

from discreet.foundation.webhooks import desk

app_name = "webhooks"
urlpatterns = [
    path("", desk.front, name="front"),
    path("add/", desk.add, name="add"),
    path("networks/", desk.networks, name="networks"),
    path("networks/<int:network_id>/withdraw/", desk.withdraw_network, name="withdraw_network"),
    path("messages/<str:delivery_id>/again/", desk.send_again, name="send_again"),
    path("to/<str:subscription_id>/", desk.subscription, name="subscription"),
    path("to/<str:subscription_id>/events/", desk.choose_events, name="choose_events"),
    path("to/<str:subscription_id>/pause/", desk.pause, name="pause"),
    path("to/<str:subscription_id>/resume/", desk.resume, name="resume"),
    path("to/<str:subscription_id>/rotate/", desk.rotate, name="rotate"),
    path("to/<str:subscription_id>/test/", desk.send_test, name="send_test"),
    path("to/<str:subscription_id>/remove/", desk.remove, name="remove"),
]
