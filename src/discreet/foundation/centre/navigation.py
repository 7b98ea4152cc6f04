"""The acts of the privacy centre in words."""

from discreet.foundation.desk import acts
from discreet.vocabulary.text import gettext_noop

acts.register(
    {
        "centre.start_verification": gettext_noop("Code sent to the contact held"),
        "centre.check_code": gettext_noop("Code entered"),
        "centre.ask_progress": gettext_noop("Progress asked for"),
        "centre.send_progress_link": gettext_noop("Link to the status page sent"),
        "centre.forget_case": gettext_noop("Contact and codes of a case deleted"),
    }
)
