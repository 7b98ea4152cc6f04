"""The mails of this mechanism. None repeats what a person typed.

`…_link`: for who made the request to staff and was given no address of a status page, and for who asks for another.
"""

from discreet.foundation.mail.api import register_template
from discreet.vocabulary.text import gettext_noop


def register() -> None:
    register_template(
        "rights.tell_recipient",
        subject=gettext_noop("%(company)s: please carry out a customer's request (%(number)s)"),
        body=gettext_noop(
            "You received personal data from us. A customer has used a right that concerns them, and the law has "
            "us tell you.\n\n"
            "What is to be done, and whom it concerns, stands here; no name stands in this mail:\n%(link)s\n\n"
            "Please confirm there by %(until_date)s that it is done.\n\n"
            "Request: %(number)s\n%(company)s"
        ),
        must_arrive=True,
    )
    register_template(
        "rights.remind_recipient",
        subject=gettext_noop("%(company)s: your confirmation is missing (%(number)s)"),
        body=gettext_noop(
            "We told you of a customer's request that concerns data you received from us, and have no "
            "confirmation yet.\n\n"
            "What is to be done, and whom it concerns, stands here; the link we sent before works no more:\n"
            "%(link)s\n\n"
            "Please confirm there by %(until_date)s.\n\n"
            "Request: %(number)s\n%(company)s"
        ),
        must_arrive=True,
    )
    register_template(
        "rights.package",
        subject=gettext_noop("Your data from %(company)s is ready (%(number)s)"),
        body=gettext_noop(
            "The copy of your data that you asked for is ready.\n\n"
            "Fetch it here, once, within 14 days:\n%(link)s\n\n"
            "Request: %(number)s\n%(company)s"
        ),
        must_arrive=True,
    )
    register_template(
        "rights.package_link",
        subject=gettext_noop("Your data from %(company)s is ready (%(number)s)"),
        body=gettext_noop(
            "The copy of your data that was asked for is ready.\n\n"
            "Fetch it here, once, within 14 days:\n%(link)s\n\n"
            "The answer, the letter and the proof stand on your page, where you can also ask for another look:\n"
            "%(page)s\n\n"
            "Whoever has these links can see the request, so keep them to yourself.\n\n"
            "Request: %(number)s\n%(company)s"
        ),
        must_arrive=True,
    )
    register_template(
        "rights.agent_code",
        subject=gettext_noop("Somebody asks %(company)s for you (%(number)s)"),
        body=gettext_noop(
            "Somebody has made a request at %(company)s and says that you have allowed it.\n\n"
            "If you have: give them this code, and nobody else.\n\n%(code)s\n\n"
            "We have also asked them for the permission that you signed; our staff look at it before anything happens.\n\n"
            "If you have not: give the code to nobody, for without it nothing happens. And please tell us, so that we "
            "can stop the request:\n%(contact)s\n\n"
            "If you made another request today and no mail came for it, this page shows its code. It lives for a day, "
            "so keep it to yourself:\n%(link)s\n\n"
            "Request: %(number)s\n%(company)s"
        ),
        must_arrive=True,
    )
    register_template(
        "rights.answered",
        subject=gettext_noop("Your request at %(company)s is answered (%(number)s)"),
        body=gettext_noop(
            "We have answered your request.\n\n"
            "The answer, the letter and the proof stand on the status page whose address you were given when you "
            "made the request.\n\n"
            "Request: %(number)s\n%(company)s"
        ),
        must_arrive=True,
    )
    register_template(
        "rights.answered_link",
        subject=gettext_noop("Your request at %(company)s is answered (%(number)s)"),
        body=gettext_noop(
            "We have answered your request.\n\n"
            "The answer, the letter and the proof stand here:\n%(link)s\n\n"
            "Whoever has this link can see the request, so keep it to yourself.\n\n"
            "Request: %(number)s\n%(company)s"
        ),
        must_arrive=True,
    )
    register_template(
        "rights.extended",
        subject=gettext_noop("Your request at %(company)s takes longer (%(number)s)"),
        body=gettext_noop(
            "We need more time for your request than we first had. Why, and until when, stands on the status page "
            "whose address you were given when you made the request.\n\n"
            "Request: %(number)s\n%(company)s"
        ),
        must_arrive=True,
    )
    register_template(
        "rights.extended_link",
        subject=gettext_noop("Your request at %(company)s takes longer (%(number)s)"),
        body=gettext_noop(
            "We need more time for your request than we first had. Why, and until when, stands here:\n%(link)s\n\n"
            "Whoever has this link can see the request, so keep it to yourself.\n\n"
            "Request: %(number)s\n%(company)s"
        ),
        must_arrive=True,
    )
    register_template(
        "rights.erasure_done",
        subject=gettext_noop("Your erasure request at %(company)s is answered (%(number)s)"),
        body=gettext_noop(
            "We have carried out your request and searched again afterwards.\n\n"
            "What was erased, what the law makes us keep and why, what the search did not cover, and the proof stand on the status page "
            "whose address you were given when you made the request.\n\n"
            "Request: %(number)s\n%(company)s"
        ),
        must_arrive=True,
    )
    register_template(
        "rights.erasure_done_link",
        subject=gettext_noop("Your erasure request at %(company)s is answered (%(number)s)"),
        body=gettext_noop(
            "We have carried out your request and searched again afterwards.\n\n"
            "What was erased, what the law makes us keep and why, what the search did not cover, and the proof stand here:\n%(link)s\n\n"
            "Whoever has this link can see the request, so keep it to yourself.\n\n"
            "Request: %(number)s\n%(company)s"
        ),
        must_arrive=True,
    )
    register_template(
        "rights.erasure_incomplete_link",
        subject=gettext_noop("Your erasure request at %(company)s is not complete (%(number)s)"),
        body=gettext_noop(
            "We have carried out your request as far as we could. It is not complete: traces of you may still be "
            "in our systems.\n\n"
            "What was done, and whom to ask, stands here:\n%(link)s\n\n"
            "Whoever has this link can see the request, so keep it to yourself.\n\n"
            "Request: %(number)s\n%(company)s"
        ),
        must_arrive=True,
    )
    register_template(
        "rights.erasure_incomplete",
        subject=gettext_noop("Your erasure request at %(company)s is not complete (%(number)s)"),
        body=gettext_noop(
            "We have carried out your request as far as we could. It is not complete: traces of you may still be "
            "in our systems.\n\n"
            "What was done stands on the status page whose address you were given when you made the request. "
            "There you also find whom to ask.\n\n"
            "Request: %(number)s\n%(company)s"
        ),
        must_arrive=True,
    )
    register_template(
        "rights.appeal_dismissed",
        subject=gettext_noop("We looked at your request at %(company)s again (%(number)s)"),
        body=gettext_noop(
            "You did not accept our answer. Somebody who had not decided before looked at it again: our answer "
            "stands.\n\n"
            "Why stands here, with the letter:\n%(link)s\n\n"
            "There you also find whom to ask and where you can complain.\n\n"
            "Whoever has this link can see the request, so keep it to yourself.\n\n"
            "Request: %(number)s\n%(company)s"
        ),
        must_arrive=True,
    )
    register_template(
        "rights.reopened",
        subject=gettext_noop("Your request at %(company)s is opened again (%(number)s)"),
        body=gettext_noop(
            "You did not accept our answer. Somebody who had not decided before looked at it again: we take the "
            "answer back and begin anew.\n\n"
            "Why, and by when you have the new answer, stands here:\n%(link)s\n\n"
            "There you also find whom to ask and where you can complain.\n\n"
            "Whoever has this link can see the request, so keep it to yourself.\n\n"
            "Request: %(number)s\n%(company)s"
        ),
        must_arrive=True,
    )
    register_template(
        "rights.duplicate",
        subject=gettext_noop("Your request at %(company)s repeats an earlier one (%(number)s)"),
        body=gettext_noop(
            "You asked us for the same before. We answer that earlier request; this one is closed.\n\n"
            "Which request goes on stands here:\n%(link)s\n\n"
            "There you also find whom to ask and where you can complain.\n\n"
            "Whoever has this link can see the request, so keep it to yourself.\n\n"
            "Request: %(number)s\n%(company)s"
        ),
        must_arrive=True,
    )
    register_template(
        "rights.answered_asker",
        subject=gettext_noop(
            "The request you made for another person at %(company)s is answered (%(number)s)"
        ),
        body=gettext_noop(
            "The request that you made for another person has been answered. The answer goes to that person, and not "
            "to you.\n\n"
            "How your request stands is here:\n%(link)s\n\n"
            "Request: %(number)s\n%(company)s"
        ),
        must_arrive=True,
    )
    register_template(
        "rights.copy_asker",
        subject=gettext_noop("The copy you asked %(company)s for is ready (%(number)s)"),
        body=gettext_noop(
            "The copy that you asked for, for another person, is ready. No mail takes it to you: we hand it to you "
            "where we checked your documents.\n\n"
            "Whom to write to for a time and a place stands here:\n%(link)s\n\n"
            "Whoever has this link can see the request, so keep it to yourself.\n\n"
            "Request: %(number)s\n%(company)s"
        ),
        must_arrive=True,
    )
