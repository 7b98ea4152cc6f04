"""The acts on mail in words."""

from discreet.foundation.desk import acts
from discreet.vocabulary.text import gettext_noop

acts.register(
    {
        "mail.send": gettext_noop("Mail queued"),
        "mail.note_delivery": gettext_noop("Mail handed over"),
        "mail.expire": gettext_noop("Old mail deleted"),
        "mail.forget_case": gettext_noop("Mail of a case deleted"),
    }
)
