from django.apps import AppConfig


class DatamapConfig(AppConfig):
    name = "discreet.foundation.datamap"
    label = "datamap"
