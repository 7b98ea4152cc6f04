from django.apps import AppConfig


class CentreConfig(AppConfig):
    name = "discreet.foundation.centre"
    label = "centre"

    def ready(self) -> None:
        from discreet.foundation.centre.texts import register_texts

        register_texts()
