from django.apps import AppConfig


class StaffConfig(AppConfig):
    name = "discreet.foundation.staff"
    label = "staff"
