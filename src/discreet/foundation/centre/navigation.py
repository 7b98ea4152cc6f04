"""The acts of the privacy centre in words."""

from discreet.foundation.desk import acts
from discreet.foundation.desk.navigation import Group, NavItem, register
from discreet.vocabulary.actors import Role
from discreet.vocabulary.text import gettext_noop

register(
    NavItem(
        label=gettext_noop("Sites"),
        icon="world",
        url_name="handover:sites",
        group=Group.GOVERNANCE,
        roles=frozenset({Role.ADMINISTRATOR, Role.AUDITOR}),
        order=97,
    )
)
acts.register(
    {
        "centre.register_site": gettext_noop("Site registered that hands customers over"),
        "centre.revoke_site": gettext_noop("Site revoked that handed customers over"),
        "centre.verify_handover": gettext_noop("Signed-in customer handed over by a site"),
        "centre.use_handover": gettext_noop("Identity proven by the site’s sign-in"),
        "centre.end_handover": gettext_noop("Hand-over ended by the visitor"),
        "centre.start_verification": gettext_noop("Code sent to the contact held"),
        "centre.show_code": gettext_noop("Code shown to whoever reads the mailbox"),
        "centre.void_codes": gettext_noop("Codes taken back: somebody else is found now"),
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
