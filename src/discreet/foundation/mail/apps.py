from django.apps import AppConfig


class MailConfig(AppConfig):
    name = "discreet.foundation.mail"
    label = "mail"
