from django.apps import AppConfig


class DeskConfig(AppConfig):
    name = "discreet.foundation.desk"
    label = "desk"

    def ready(self) -> None:
        from discreet.foundation.desk import digests
        from discreet.foundation.mail import templates

        templates.register(digests.TEMPLATE, subject=digests.SUBJECT, body=digests.BODY, must_arrive=True)
