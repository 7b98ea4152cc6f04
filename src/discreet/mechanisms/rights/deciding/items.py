"""Decisions item by item: what is granted, in part, or refused, and the law's reason. Pure.

An item is a table of the plan. Source: GDPR Art. 12(4), 12(5), 15(4), 17(3); Cal. Civ. Code 1798.105(d), 1798.145;
PIPL Art. 47; DPV extension `justifications`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from discreet.foundation.rulepacks.law import Law
from discreet.vocabulary.text import gettext_noop


class Verdict(StrEnum):
    GRANT = "grant"
    PARTLY = "partly"  # the columns named are left out or kept
    REFUSE = "refuse"


class Justification(StrEnum):
    """Why something is not done. Values are terms of https://w3id.org/dpv/justifications."""

    LEGAL_OBLIGATION = "LegalObligationImpaired"
    LEGAL_CLAIMS = "LegalClaimImpaired"
    OTHERS_RIGHTS = "ThirdPartyRightsImpaired"
    CONFIDENTIALITY = "ConfidentialityObligationCompromised"
    EXPRESSION = "FreedomOfExpressionImpaired"
    EXCESSIVE = "ProcessExcessive"
    UNFOUNDED = "ProcessUnfounded"
    IDENTITY = "IdentityVerificationFailure"
    EFFORT = "DisproportionateEffortRequired"
    IMPOSSIBLE = "FulfilmentImpossible"


WORDS: Mapping[Justification, str] = {
    Justification.LEGAL_OBLIGATION: gettext_noop("A law makes the company keep it"),
    Justification.LEGAL_CLAIMS: gettext_noop("It is needed to establish, exercise or defend legal claims"),
    Justification.OTHERS_RIGHTS: gettext_noop("It would adversely affect the rights of others"),
    Justification.CONFIDENTIALITY: gettext_noop("It would disclose a secret that is protected"),
    Justification.EXPRESSION: gettext_noop("Freedom of expression and information requires it"),
    Justification.EXCESSIVE: gettext_noop(
        "The request is manifestly excessive, above all because it is repeated"
    ),
    Justification.UNFOUNDED: gettext_noop("The request is manifestly unfounded"),
    Justification.IDENTITY: gettext_noop(
        "It could not be shown that whoever asks is the person, or may ask for them"
    ),
    Justification.EFFORT: gettext_noop("It would take a disproportionate effort"),
    Justification.IMPOSSIBLE: gettext_noop("It cannot be done"),
}
#: Which article lets a company do so. Where a law names none, staff name one, or the reason stands alone.
ARTICLES: Mapping[Justification, Mapping[Law, str]] = {
    Justification.LEGAL_OBLIGATION: {
        Law.GDPR: "GDPR Art. 17(3)(b)",
        Law.CCPA: "Cal. Civ. Code 1798.105(d)(8)",
        Law.PIPL: "PIPL Art. 47(2)",
    },
    Justification.LEGAL_CLAIMS: {Law.GDPR: "GDPR Art. 17(3)(e)", Law.CCPA: "Cal. Civ. Code 1798.145(a)"},
    Justification.OTHERS_RIGHTS: {Law.GDPR: "GDPR Art. 15(4)", Law.CCPA: "Cal. Civ. Code 1798.145(k)"},
    Justification.CONFIDENTIALITY: {Law.GDPR: "GDPR Art. 15(4), recital 63"},
    Justification.EXPRESSION: {Law.GDPR: "GDPR Art. 17(3)(a)", Law.CCPA: "Cal. Civ. Code 1798.105(d)(4)"},
    Justification.EXCESSIVE: {Law.GDPR: "GDPR Art. 12(5)(b)", Law.CCPA: "Cal. Civ. Code 1798.145(h)(3)"},
    Justification.UNFOUNDED: {Law.GDPR: "GDPR Art. 12(5)(b)", Law.CCPA: "Cal. Civ. Code 1798.145(h)(3)"},
    Justification.IDENTITY: {Law.GDPR: "GDPR Art. 11(2), 12(2)", Law.CCPA: "11 CCR 7060, 7062(g)"},
}
_OF_ERASURE = frozenset(
    {Justification.LEGAL_OBLIGATION, Justification.LEGAL_CLAIMS, Justification.EXPRESSION}
)
MOST_OF_ARTICLE = 160
#: Articles that stand for a decision of staff, and are not the exception that a duty to keep rests on.
DECIDED = frozenset(
    article
    for why, by_law in ARTICLES.items()
    if why is not Justification.LEGAL_OBLIGATION
    for article in by_law.values()
)
OF_ITEMS = (
    Justification.LEGAL_OBLIGATION,
    Justification.LEGAL_CLAIMS,
    Justification.OTHERS_RIGHTS,
    Justification.CONFIDENTIALITY,
    Justification.EXPRESSION,
    Justification.IMPOSSIBLE,
)
OF_REQUESTS = (
    Justification.UNFOUNDED,
    Justification.EXCESSIVE,
    Justification.IDENTITY,
    Justification.OTHERS_RIGHTS,
    Justification.LEGAL_CLAIMS,
    Justification.LEGAL_OBLIGATION,
    Justification.EFFORT,
    Justification.IMPOSSIBLE,
)


@dataclass(frozen=True, slots=True)
class ItemDecision:
    """What staff decided of one table. `columns`: of a partly granted one, those that are not given or erased.

    `lifted`: columns of a copy in which no letter stands for others, with why (`lifting.Lift`).
    """

    verdict: Verdict
    columns: tuple[str, ...] = ()
    justification: str = ""
    article: str = ""
    by: str = ""
    lifted: Mapping[str, str] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        return {
            "verdict": self.verdict.value,
            "columns": list(self.columns),
            "justification": self.justification,
            "article": self.article,
            "by": self.by,
            **({"lifted": dict(self.lifted)} if self.lifted else {}),
        }


def item_from_json(stored: Mapping[str, Any]) -> ItemDecision:
    """Return a decision as it was stored."""
    return ItemDecision(
        verdict=Verdict(stored["verdict"]),
        columns=tuple(stored.get("columns", ())),
        justification=str(stored.get("justification", "")),
        article=str(stored.get("article", "")),
        by=str(stored.get("by", "")),
        lifted=dict(stored.get("lifted", {})),
    )


def article_for(justification: str, laws: tuple[Law, ...], *, erases: bool) -> str:
    """Return the articles of these laws for a reason; "" where none names one.

    `erases`: erasure is refused. What lets a company keep data lets it not keep them from the person.
    """
    if justification not in set(Justification) or (justification in _OF_ERASURE and not erases):
        return ""
    by_law = ARTICLES.get(Justification(justification), {})
    return "; ".join(by_law[law] for law in laws if law in by_law)


def completed_article(article: str, *, justification: str, laws: tuple[Law, ...], erases: bool = True) -> str:
    """Return what a decision cites: what was typed, else the articles of these laws for the reason.

    A statute that makes the company keep something stands beside the exception that it rests on.
    """
    typed, proposed = article.strip(), article_for(justification, laws, erases=erases)
    if not typed or justification != Justification.LEGAL_OBLIGATION:
        return typed or proposed
    named = [part.strip() for part in typed.split(";")]
    return "; ".join([typed, *(one for one in proposed.split("; ") if one and one not in named)])
