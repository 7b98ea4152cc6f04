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
acts.register_endings(
    "mail.send",
    fact="state",
    labels={
        "dropped": gettext_noop("Mail not sent: this mailbox has had its mails of the day"),
        "held_back": gettext_noop("Mail held back: this mailbox had had its mails of the day"),
    },
)
acts.register_endings(
    "mail.note_delivery", fact="state", labels={"failed": gettext_noop("Mail could not be delivered")}
)
