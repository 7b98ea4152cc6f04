"""The demo's mailbox."""

from django.urls import path

from discreet.foundation.mail import views

app_name = "mail"
urlpatterns = [path("", views.mailbox, name="mailbox")]
