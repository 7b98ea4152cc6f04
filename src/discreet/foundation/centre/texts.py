"""The mails of the public side."""

from discreet.foundation.mail.templates import register
from discreet.vocabulary.text import gettext_noop


def register_texts() -> None:
    """Register the templates; called when the app is ready."""
    register(
        "centre.code",
        subject=gettext_noop("Your code for request %(number)s"),
        body=gettext_noop(
            "%(company)s received request %(number)s about your personal information.\n\n"
            "Your code: %(code)s\n\n"
            "Enter it on the page where the request was made. It is valid for 30 minutes.\n"
            "We never ask for this code by phone or message.\n\n"
            "If you did not make this request, do nothing: without the code nothing happens.\n\n"
            "If you made another request today and no mail came for it, this page shows its code. It lives for a day, "
            "so keep it to yourself:\n%(link)s\n"
        ),
        must_arrive=False,
    )
    register(
        "centre.progress_link",
        subject=gettext_noop("How request %(number)s stands"),
        body=gettext_noop(
            "Somebody asked %(company)s how request %(number)s stands.\n\n"
            "See it here: %(link)s\n\n"
            "Whoever has this link can see the request, so keep it to yourself.\n"
            "If it was not you who asked, do nothing.\n"
        ),
        must_arrive=False,
        share=1,  # whoever counts request numbers up takes no place of the codes
    )
