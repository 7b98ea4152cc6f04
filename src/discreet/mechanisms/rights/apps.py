from django.apps import AppConfig


class RightsConfig(AppConfig):
    name = "discreet.mechanisms.rights"
    label = "rights"

    def ready(self) -> None:
        from discreet.foundation.centre import entries
        from discreet.mechanisms.rights import mails
        from discreet.mechanisms.rights.correcting import mails as correction_mails
        from discreet.mechanisms.rights.kinds import OFFERED, RIGHTS

        mails.register()
        correction_mails.register()
        for kind in OFFERED:
            right = RIGHTS[kind]
            entries.register(
                entries.Entry(
                    kind=kind.value,
                    icon=right.icon,
                    title=right.offer,
                    summary=right.offer_summary,
                    url_name=f"rights:ask_{kind.value}",
                    order=right.order,
                )
            )
        entries.register_status_page(case_kind="request", path="/privacy/request/%s/")
