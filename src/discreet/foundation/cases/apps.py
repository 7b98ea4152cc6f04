from django.apps import AppConfig


class CasesConfig(AppConfig):
    name = "discreet.foundation.cases"
    label = "cases"
