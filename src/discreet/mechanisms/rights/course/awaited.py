"""What the staff page of a request says is awaited, and from whom."""

from django.utils.translation import gettext

from discreet.foundation.centre import verification
from discreet.foundation.papers import queries as papers
from discreet.mechanisms.rights.opening.identity import Missing, may_prove_by_code
from discreet.mechanisms.rights.request_views import RequestView
from discreet.mechanisms.rights.rules import State


def awaited(view: RequestView) -> str:
    """Return what is awaited, and from whom, where the page offers this reader nothing to decide yet."""
    if view.state is State.RECEIVED:
        if view.course.proofs:
            return ""  # what is still missing stands in a note of its own
        if not may_prove_by_code(view.course.requester):
            if Missing.AUTHORITY not in view.course.missing:
                return gettext(
                    "The authority is noted. Awaited from an agent: a check of the identity of whoever asks. Then the "
                    "plan is made, and an approver decides."
                )
            if papers.asked_for(view.number) is None:
                return gettext(
                    "Awaited from an agent: to say whether whoever asks may ask for this person, and a check of their "
                    "identity. Then the plan is made, and an approver decides."
                )
            return gettext(
                "Awaited from whoever asks: a document that shows that they may. Then an agent notes the authority "
                "and checks the identity; the plan is made, and an approver decides."
            )
        if verification.is_code_sent(view.number):
            return gettext(
                "Awaited from the customer: the code that we sent to the e-mail address we hold, typed on the "
                "status page. An agent can also check the identity in another way. Until then nobody can decide."
            )
        return gettext(
            "Awaited from an agent: a check of the identity. No code is on its way: the request came by another "
            "way or for another person, not exactly one person with an e-mail address matches, or that mailbox has had "
            "its mails of the day. Then the plan is made, and an approver decides."
        )
    if view.state is State.VERIFIED and view.candidates is not None and view.candidates > 1:
        return gettext(
            "Awaited from an agent: to choose who it is. Then the plan is made, and an approver decides."
        )
    if view.state is State.PLANNED and view.course.choice_ref:
        return gettext(
            "Awaited: the decision on the objection. The use that it is about has stopped and stays so until then; "
            "to uphold it takes an agent or an approver, to override it an approver and stated grounds. The clock runs."
        )
    return ""
