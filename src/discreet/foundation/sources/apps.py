from django.apps import AppConfig


class SourcesConfig(AppConfig):
    name = "discreet.foundation.sources"
    label = "sources"
