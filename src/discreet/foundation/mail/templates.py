"""The texts of mails. A mechanism registers its own in `apps.ready`: English here, the rest by gettext.

register(
    "rights.received",
    subject=gettext_noop("Your request %(number)s"),
    body=gettext_noop("We received it. See how it stands: %(link)s"),
    must_arrive=True,
)

What anybody can cause, such as a code, is registered with `must_arrive=False`: over the mailbox's limit of a day
it is dropped.
"""

from dataclasses import dataclass
from datetime import date

from django.utils import translation
from django.utils.translation import gettext

from discreet.foundation.mail.rules import MAILS_A_DAY, MailParams
from discreet.vocabulary.dates import written_date

_registered: dict[str, "MailTemplate"] = {}


@dataclass(frozen=True, slots=True)
class MailTemplate:
    """`must_arrive`: an answer, or an act of staff. Neither counted nor stopped by the mailbox's limit of a day.

    `share`: of the places that a mailbox has a day for what anybody can cause, how many this mail may take.
    """

    id: str
    subject: str
    body: str
    must_arrive: bool
    share: int


@dataclass(frozen=True, slots=True)
class RenderedMail:
    subject: str
    body: str


def register(
    template_id: str, *, subject: str, body: str, must_arrive: bool, share: int = MAILS_A_DAY
) -> None:
    """Register a template under `<app>.<name>`. `company` and `contact` are always parameters; `*_date` are ISO dates."""
    _registered[template_id] = MailTemplate(
        id=template_id, subject=subject, body=body, must_arrive=must_arrive, share=share
    )


def template(template_id: str) -> MailTemplate:
    """Return a registered template; an unknown one is a bug and raises KeyError."""
    return _registered[template_id]


def registered() -> tuple[MailTemplate, ...]:
    """Return every template, by id."""
    return tuple(_registered[key] for key in sorted(_registered))


def render(template_id: str, *, params: MailParams, language: str, company: str) -> RenderedMail:
    """Return subject and body in `language`. `company` is the company's own name in that language."""
    found = _registered[template_id]
    with translation.override(language):
        values: dict[str, str | int] = {name: _shown(name, value, language) for name, value in params.items()}
        values["company"] = " ".join(company.split())
        return RenderedMail(subject=gettext(found.subject) % values, body=gettext(found.body) % values)


def _shown(name: str, value: str | int, language: str) -> str | int:
    if isinstance(value, str) and name.endswith("_date"):
        return written_date(date.fromisoformat(value), language=language)
    return value
