from django.apps import AppConfig


class OrganisationConfig(AppConfig):
    name = "discreet.foundation.organisation"
    label = "organisation"
