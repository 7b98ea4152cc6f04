from django.apps import AppConfig


class JobsConfig(AppConfig):
    name = "discreet.foundation.jobs"
    label = "jobs"
