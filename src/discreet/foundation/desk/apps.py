from django.apps import AppConfig


class DeskConfig(AppConfig):
    name = "discreet.foundation.desk"
    label = "desk"
