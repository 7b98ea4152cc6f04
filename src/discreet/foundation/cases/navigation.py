"""The acts on cases in words."""

from discreet.foundation.desk import acts, notify
from discreet.vocabulary.text import gettext_noop

acts.register(
    {
        "cases.open_case": gettext_noop("Case opened"),
        "cases.open_many": gettext_noop("Cases opened"),
        "cases.set_clocks": gettext_noop("Legal clocks started"),
        "cases.set_clocks_many": gettext_noop("Legal clocks of several cases started"),
        "cases.restart_clocks": gettext_noop("Legal clocks started anew"),
        "cases.pause_clock": gettext_noop("Clock paused"),
        "cases.meet_clock": gettext_noop("One legal clock met"),
        "cases.move": gettext_noop("Moved on"),
        "cases.move_many": gettext_noop("Cases moved on"),
        "cases.close": gettext_noop("Case closed"),
        "cases.close_many": gettext_noop("Cases closed"),
        "cases.reopen": gettext_noop("Case opened again"),
        "cases.assign": gettext_noop("Given to a person"),
        "cases.add_task": gettext_noop("Task given"),
        "cases.finish_task": gettext_noop("Task done"),
        "cases.drop_task": gettext_noop("Task taken back"),
        "cases.change_subject": gettext_noop("Details of the person changed"),
        "cases.add_public_token": gettext_noop("Status address made"),
        "cases.add_public_tokens": gettext_noop("Status addresses of several cases made"),
        "cases.expire_case": gettext_noop("Personal data of the case destroyed"),
        "cases.expire_again": gettext_noop("Destroyed again after a restore"),
        "cases.skip_numbers": gettext_noop("Numbers left out after a restore"),
    }
)
notify.register(
    notify.NotificationKind(
        kind="cases.given", text=gettext_noop("%(number)s was given to you"), icon="clipboard-list"
    )
)
