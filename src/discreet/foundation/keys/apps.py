from django.apps import AppConfig


class KeysConfig(AppConfig):
    name = "discreet.foundation.keys"
    label = "keys"
