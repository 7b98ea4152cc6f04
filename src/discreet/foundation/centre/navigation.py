"""The acts of the privacy centre in words."""

from discreet.foundation.desk import acts
from discreet.vocabulary.text import gettext_noop

acts.register(
    {
        "centre.start_verification": gettext_noop("Code sent to the contact held"),
        "centre.check_code": gettext_noop("Code entered"),
        "centre.ask_progress": gettext_noop("Progress asked for"),
        "centre.send_progress_link": gettext_noop("Link to the status page sent"),
        "centre.keep_contacts": gettext_noop("Address kept for the answer, as held"),
        "centre.forget_case": gettext_noop("Contact and codes of a case deleted"),
    }
)
acts.register_endings(
    "centre.start_verification",
    fact="outcome",
    labels={
        "no_contact": gettext_noop("No code sent: not exactly one person with an address matches"),
        "no_more_codes": gettext_noop("No code sent: the request has had all of its codes or tries"),
        "mailbox_full": gettext_noop("No code sent: this mailbox has had its mails of the day"),
        "verified_already": gettext_noop("No code sent: the identity is proven"),
    },
)
acts.register_endings(
    "centre.check_code", fact="is_right", labels={"False": gettext_noop("Wrong code entered")}
)
acts.register_endings(
    "centre.send_progress_link",
    fact="reason",
    labels={
        "no_contact": gettext_noop("No link to the status page sent: no address is held for the request"),
        "mailbox_full": gettext_noop(
            "No link to the status page sent: this mailbox has had its link of the day"
        ),
    },
)
