from django.apps import AppConfig


class IdempotencyConfig(AppConfig):
    name = "discreet.foundation.idempotency"
    label = "idempotency"
