"""The mail about papers."""

from discreet.foundation.mail.templates import register
from discreet.vocabulary.text import gettext_noop


def register_texts() -> None:
    """Register the template; called when the app is ready."""
    register(
        "papers.asked",
        subject=gettext_noop("We need a document for request %(number)s"),
        body=gettext_noop(
            "To go on with request %(number)s, %(company)s needs to see a document.\n\n"
            "Send it on this page: %(link)s\n\n"
            "Do not send it by e-mail. Cover what is not needed, such as numbers and the photo's background.\n"
            "We look at it once and then destroy it. The request keeps its deadline.\n"
        ),
        must_arrive=False,
    )
    register(
        "papers.not_accepted",
        subject=gettext_noop("The document for request %(number)s is not enough"),
        body=gettext_noop(
            "The document that %(company)s received for request %(number)s does not show what is needed. It was "
            "destroyed.\n\n"
            "What is missing stands on this page, and another document can be sent there: %(link)s\n\n"
            "Do not send it by e-mail. The request keeps its deadline.\n"
        ),
        must_arrive=False,
    )
