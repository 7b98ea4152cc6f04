from django.apps import AppConfig


class RightsConfig(AppConfig):
    name = "discreet.mechanisms.rights"
    label = "rights"
