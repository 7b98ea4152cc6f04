from django.apps import AppConfig

from discreet.vocabulary.text import gettext_noop


class PermissionConfig(AppConfig):
    name = "discreet.foundation.permission"
    label = "permission"

    def ready(self) -> None:
        from discreet.foundation.centre import entries
        from discreet.foundation.permission.actions.informing import register_texts

        register_texts()
        entries.register(
            entries.Entry(
                kind="choices",
                icon="hand-stop",
                title=gettext_noop("Do not sell or share my personal information"),
                summary=gettext_noop("Takes effect at once, without an account"),
                url_name="choices:choices",
                order=60,
            )
        )
