from django.apps import AppConfig


class PapersConfig(AppConfig):
    name = "discreet.foundation.papers"
    label = "papers"

    def ready(self) -> None:
        from discreet.foundation.papers.texts import register_texts

        register_texts()
