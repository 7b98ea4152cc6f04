from django.apps import AppConfig


class PermissionConfig(AppConfig):
    name = "discreet.foundation.permission"
    label = "permission"
