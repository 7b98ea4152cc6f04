"""Where requests stand in the desk's sidebar."""

from discreet.foundation.cases.queries import count_open
from discreet.foundation.desk import acts
from discreet.foundation.desk.cases import CasePage
from discreet.foundation.desk.cases import register as register_case_page
from discreet.foundation.desk.navigation import Group, NavItem, register
from discreet.mechanisms.rights.rules import Answer
from discreet.mechanisms.rights.words import ACTS, UNANSWERED
from discreet.vocabulary.actors import Actor
from discreet.vocabulary.text import gettext_noop


def open_requests(actor: Actor) -> int:
    return count_open(kind="request")


register(
    NavItem(
        label=gettext_noop("Requests"),
        icon="user-check",
        url_name="rights:requests",
        group=Group.CUSTOMERS,
        count=open_requests,
        order=10,
    )
)
register(
    NavItem(
        label=gettext_noop("Letters"),
        icon="file-text",
        url_name="rights:letter_texts",
        group=Group.CUSTOMERS,
        order=40,
    )
)
register_case_page(CasePage(kind="request", url_name="rights:request", icon="user-check"))
register_case_page(CasePage(kind="choices", url_name="rights:recipients", icon="hand-stop"))
acts.register(ACTS)
for name, label in UNANSWERED.items():
    acts.register_endings(name, fact="answer", labels={Answer.LETTER_DUE: label})
