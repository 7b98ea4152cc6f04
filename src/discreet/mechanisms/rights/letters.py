"""The answer as a letter: what was done, what stays and why, whom to ask, how to verify it."""

from datetime import date, datetime

from django.utils import formats, timezone, translation
from django.utils.translation import gettext, ngettext

from discreet.foundation.mail.letters import (
    Bullets,
    Exact,
    Facts,
    Heading,
    Letter,
    Paragraph,
    Table,
    render_letter,
)
from discreet.foundation.organisation.queries import profile
from discreet.foundation.organisation.rules import applicable_laws
from discreet.mechanisms.rights.citations import citation
from discreet.mechanisms.rights.queries import RequestView
from discreet.mechanisms.rights.rules import Kind, Outcome
from discreet.mechanisms.rights.summaries import REASONS
from discreet.mechanisms.rights.words import OUTCOMES
from discreet.vocabulary.text import gettext_noop

WHOSE_DUTY = gettext_noop(
    "The statutes named first bind the company, whatever the place of residence. The one after them is the "
    "exception in the law of this request that lets the company keep what they require."
)


def kept_lines(view: RequestView, language: str) -> list[dict[str, str]]:
    """Return one line for each table of which something stays: what, how much, why, until when."""
    with translation.override(language):
        return [_kept_line(one, view, language) for one in view.kept if "table" in one]


def whose_duty(view: RequestView) -> str:
    """Return whose duty the statutes are, in the reader's language; "" where no law is the reason."""
    return gettext(WHOSE_DUTY) if any(one.get("article") for one in view.kept if "table" in one) else ""


def article_of(article: str, view: RequestView) -> str:
    """Return the statutes for this person: the company's duty, and what their own law makes of it."""
    if not article:
        return ""
    cited = citation(article, laws=applicable_laws(profile(), view.residence or None))
    if not cited.duty:
        return cited.exception
    return gettext("%(duty)s, allowed by %(exception)s") % {"duty": cited.duty, "exception": cited.exception}


def _kept_line(one: dict[str, object], view: RequestView, language: str) -> dict[str, str]:
    own = str(one.get("reason_zh" if language.startswith("zh") else "reason_en") or "")
    template = REASONS.get(str(one["reason"]), str(one["reason"]))
    until = one.get("until")
    article = article_of(str(one.get("article", "")), view)
    rows = int(str(one["rows"]))
    fields = one.get("fields")
    return {
        "table": f"{one['source']} / {one['table']}",
        "rows": ngettext("%(n)s row", "%(n)s rows", rows) % {"n": rows},
        "why": own or gettext(template) % {"article": article},
        "article": article if own else "",
        "until": _written(date.fromisoformat(str(until))) if until else "",
        "fields": ", ".join(str(name) for name in fields) if isinstance(fields, list) else "",
    }


def _day(at: datetime) -> str:
    """Return the day where the company is: the worker and the pages say the same."""
    return _written(timezone.localtime(at, profile().zone).date())


def _written(day: date) -> str:
    """Return a day with its year as each language writes it: “31 Dec 2031”, “2031 年 12 月 31 日”."""
    is_chinese = (translation.get_language() or "").startswith("zh")
    text = f"{day.year} 年 {day.month} 月 {day.day} 日" if is_chinese else formats.date_format(day, "j M Y")
    return text.replace(" ", "\N{NO-BREAK SPACE}")


def answer_letter(view: RequestView, *, now: datetime) -> bytes:
    """Return the PDF of the answer in the customer's language."""
    language = view.case.row.language
    company = profile()
    with translation.override(language):
        name = company.name_zh if language.startswith("zh") else company.name_en
        letter = Letter(
            language=language,
            company=name,
            title=gettext("Answer to your request %(number)s") % {"number": view.number},
            date=_day(view.completed_at or now),
            footer=view.number,
            blocks=tuple(_blocks(view, language)),
        )
    return render_letter(letter, made_at=now)


def _blocks(view: RequestView, language: str) -> list[Paragraph | Heading | Facts | Table | Bullets | Exact]:
    done = _day(view.completed_at) if view.completed_at else ""
    blocks: list[Paragraph | Heading | Facts | Table | Bullets | Exact] = [
        Facts(
            (
                (
                    gettext("You asked for"),
                    gettext("Erasure") if view.kind == Kind.ERASURE else gettext("Access"),
                ),
                (gettext("Received"), _day(view.received_at)),
                (gettext("Answered"), done),
                (gettext("Outcome"), gettext(OUTCOMES.get(view.outcome, "")) if view.outcome else "–"),
            )
        )
    ]
    if view.outcome in (Outcome.ERASED, Outcome.ERASED_EXCEPT_KEPT):
        blocks.append(
            Paragraph(
                gettext("Afterwards we searched every connected system again and found nothing more of you.")
            )
        )
    if view.outcome == Outcome.INCOMPLETE:
        blocks.append(
            Paragraph(gettext("Afterwards we searched again and found traces. We are working on it."))
        )
    kept = kept_lines(view, language)
    if kept:
        blocks.append(Heading(gettext("What stays, and why")))
        blocks.append(
            Table(
                head=(gettext("Where"), gettext("How much"), gettext("Why"), gettext("Until")),
                rows=tuple(
                    (one["table"], one["rows"], f"{one['why']} {one['article']}".strip(), one["until"] or "–")
                    for one in kept
                ),
            )
        )
        if whose_duty(view):
            blocks.append(Paragraph(whose_duty(view)))
    refused = [one for one in view.kept if "table" not in one]
    for one in refused:
        blocks.append(Heading(gettext("Why we refused")))
        blocks.append(Paragraph(f"{one.get('reason', '')} {one.get('article', '')}".strip()))
    not_searched = view.search.get("not_searched")
    if isinstance(not_searched, list) and not_searched:
        blocks.append(Heading(gettext("What the search did not cover")))
        blocks.append(Bullets(tuple(f"{one['source']} / {one['table']}" for one in not_searched)))
    blocks.append(Heading(gettext("How you can check this")))
    blocks.append(
        Paragraph(
            gettext(
                "Every step was recorded in a ledger that nobody can change unnoticed. The proof on your status "
                "page verifies without us, with a small program that needs no account."
            )
        )
    )
    if view.plan.digest:
        blocks.append(Exact(view.plan.digest))
    blocks.append(Heading(gettext("If you disagree")))
    blocks.append(
        Paragraph(gettext("Write to us. You can also complain to the supervisory authority or go to court."))
    )
    return blocks
