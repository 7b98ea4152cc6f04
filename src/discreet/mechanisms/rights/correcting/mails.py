"""The mails of corrections. None repeats an old or a new value.

`…_link`: for who made the request to staff and was given no address of a status page.
"""

from discreet.foundation.mail.api import register_template
from discreet.vocabulary.text import gettext_noop


def register() -> None:
    register_template(
        "rights.contact_changes",
        subject=gettext_noop("Contact details held at %(company)s are about to change (%(number)s)"),
        body=gettext_noop(
            "We were asked to correct an e-mail address or a phone number that we hold for you, and two of our "
            "staff agreed. You get this mail at the address that we held until now.\n\n"
            "If it was you, there is nothing to do.\n\n"
            "If it was not you, tell us at once and name the request %(number)s. We stop it, or put the old value "
            "back. Whom to ask stands here:\n%(link)s\n\n"
            "%(company)s"
        ),
        must_arrive=True,
    )
    register_template(
        "rights.correction_done",
        subject=gettext_noop("Your correction request at %(company)s is answered (%(number)s)"),
        body=gettext_noop(
            "We have corrected your data and read every place again afterwards.\n\n"
            "Where it was corrected, what stays as it was and why, and the proof stand on the status page whose "
            "address you were given when you made the request.\n\n"
            "Request: %(number)s\n%(company)s"
        ),
        must_arrive=True,
    )
    register_template(
        "rights.correction_done_link",
        subject=gettext_noop("Your correction request at %(company)s is answered (%(number)s)"),
        body=gettext_noop(
            "We have corrected your data and read every place again afterwards.\n\n"
            "Where it was corrected, what stays as it was and why, and the proof stand here:\n%(link)s\n\n"
            "Whoever has this link can see the request, so keep it to yourself.\n\n"
            "Request: %(number)s\n%(company)s"
        ),
        must_arrive=True,
    )
    register_template(
        "rights.correction_incomplete",
        subject=gettext_noop("Your correction request at %(company)s is not complete (%(number)s)"),
        body=gettext_noop(
            "We have corrected your data as far as we could. It is not complete: the old value may still stand in "
            "our systems.\n\n"
            "What was done stands on the status page whose address you were given when you made the request. "
            "There you also find whom to ask.\n\n"
            "Request: %(number)s\n%(company)s"
        ),
        must_arrive=True,
    )
    register_template(
        "rights.correction_incomplete_link",
        subject=gettext_noop("Your correction request at %(company)s is not complete (%(number)s)"),
        body=gettext_noop(
            "We have corrected your data as far as we could. It is not complete: the old value may still stand in "
            "our systems.\n\n"
            "What was done, and whom to ask, stands here:\n%(link)s\n\n"
            "Whoever has this link can see the request, so keep it to yourself.\n\n"
            "Request: %(number)s\n%(company)s"
        ),
        must_arrive=True,
    )
