from django.apps import AppConfig


class CentreConfig(AppConfig):
    name = "discreet.foundation.centre"
    label = "centre"
