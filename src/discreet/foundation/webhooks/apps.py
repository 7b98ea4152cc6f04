from django.apps import AppConfig


class WebhooksConfig(AppConfig):
    name = "discreet.foundation.webhooks"
    label = "webhooks"
