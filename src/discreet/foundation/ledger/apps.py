from django.apps import AppConfig


class LedgerConfig(AppConfig):
    name = "discreet.foundation.ledger"
    label = "ledger"
