"""Which statutes a kept record is shown with: the company's duty, and the exception of the person's own law.

A duty to keep binds the company wherever the customer lives; what lets it refuse erasure stands in the law
of the request. Every door and the evidence ask here, so that one row cites one law.
Sources: GDPR Art. 17(3)(b); PIPL Art. 47(2); Cal. Civ. Code 1798.105(d)(8).
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.utils import translation
from django.utils.translation import gettext

from discreet.foundation.organisation.queries import profile
from discreet.foundation.organisation.rules import applicable_laws
from discreet.foundation.rulepacks.law import Law
from discreet.mechanisms.rights.deciding.items import DECIDED
from discreet.mechanisms.rights.summaries import DECIDED as STAFF_DECIDED
from discreet.mechanisms.rights.summaries import REASONS

EXCEPTIONS = {
    Law.GDPR: "GDPR Art. 17(3)(b)",
    Law.CCPA: "Cal. Civ. Code 1798.105(d)(8)",
    Law.PIPL: "PIPL Art. 47(2)",
}
_EXCEPTION = re.compile(
    r"(GDPR|DSGVO|PIPL|CCPA|Cal\. Civ\. Code),? (Art\. |Article |§ ?)?(17\(3\)|17 Abs\. 3|47\b|1798\.105)"
    r"|(Art\.|Article) (17\(3\)|17 Abs\. 3|47\b).* (GDPR|DSGVO|PIPL)$"
    r"|《?(中华人民共和国)?个人信息保护法》?第(47|四十七)条"
)


@dataclass(frozen=True, slots=True)
class Citation:
    """`duty`: the statutes that bind the company, "" where the map names none. `exception`: of the request's laws."""

    duty: str
    exception: str


def citation(article: str, *, laws: Sequence[Law], reason: str = "") -> Citation:
    """Return an article of the data map as it stands for a request under `laws`.

    `reason`: why it is kept, a key of `REASONS`; what staff decided rests on the article that they named.
    """
    parts = [part.strip() for part in article.split(";")]
    if reason == STAFF_DECIDED or DECIDED & set(
        parts
    ):  # what staff decided cites its own reason, and no other
        return Citation(duty="; ".join(part for part in parts if part), exception="")
    duty = [part for part in parts if part and not _EXCEPTION.match(part)]
    return Citation(duty="; ".join(duty), exception="; ".join(EXCEPTIONS[law] for law in laws))


def citation_for(article: str, *, residences: Iterable[str], reason: str = "") -> Citation:
    """Return an article of the data map as it stands for people who live there ("" = unknown).

    Several people under different laws share the duty; no exception is the exception of them all, so none is
    named beside it. Where the map names nothing else, each law's own is.
    """
    company = profile()
    own = list(dict.fromkeys(applicable_laws(company, one or None) for one in residences or ("",)))
    cited = citation(article, laws=list(dict.fromkeys(law for laws in own for law in laws)), reason=reason)
    return cited if len(own) == 1 or not cited.duty else Citation(duty=cited.duty, exception="")


def cited_article(article: str, *, residences: Iterable[str], reason: str = "") -> str:
    """Return the statutes as they are kept and exchanged: the duty, then the exception; "" for no article."""
    if not article:
        return ""
    cited = citation_for(article, residences=residences, reason=reason)
    return "; ".join(part for part in (cited.duty, cited.exception) if part)


def article_words(article: str, *, residences: Iterable[str], reason: str = "") -> str:
    """Return the statutes in the reader's language: the duty, allowed by the exception; "" for no article."""
    if not article:
        return ""
    cited = citation_for(article, residences=residences, reason=reason)
    if not (cited.duty and cited.exception):
        return cited.duty or cited.exception
    return gettext("%(duty)s, allowed by %(exception)s") % {"duty": cited.duty, "exception": cited.exception}


def cited(kept: Mapping[str, Any], *, residences: Iterable[str]) -> dict[str, Any]:
    """Return what stays with the statutes for these people, and why in both languages.

    Where no law is the reason there is no article, and the words are those of the reason.
    """
    reason = str(kept.get("reason", ""))
    article = cited_article(str(kept.get("article") or ""), residences=residences, reason=reason)
    template = REASONS.get(reason)
    if template is None:  # a refusal's own words
        return dict(kept)
    return {
        **kept,
        "article": article,
        "reason_en": kept.get("reason_en") or _words(template, article, "en"),
        "reason_zh": kept.get("reason_zh") or _words(template, article, "zh-hans"),
    }


@lru_cache(maxsize=256)
def _words(template: str, article: str, language: str) -> str:
    with translation.override(language):
        return gettext(template) % {"article": article}
