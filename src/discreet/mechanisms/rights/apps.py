from django.apps import AppConfig

from discreet.vocabulary.text import gettext_noop


class RightsConfig(AppConfig):
    name = "discreet.mechanisms.rights"
    label = "rights"

    def ready(self) -> None:
        from discreet.foundation.centre import entries
        from discreet.mechanisms.rights import mails

        mails.register()
        entries.register(
            entries.Entry(
                kind="access",
                icon="copy",
                title=gettext_noop("Get a copy"),
                summary=gettext_noop("Everything we hold about you"),
                url_name="rights:ask_access",
                order=10,
            )
        )
        entries.register(
            entries.Entry(
                kind="erasure",
                icon="trash",
                title=gettext_noop("Erase"),
                summary=gettext_noop("What no law makes us keep"),
                url_name="rights:ask_erasure",
                order=30,
            )
        )
        entries.register_status_page(case_kind="request", path="/privacy/request/%s/")
