"""What the desk's search finds of the law: rules by id, article and text, in both languages."""

from collections.abc import Sequence
from functools import cache

from django.urls import NoReverseMatch, reverse
from django.utils.translation import get_language

from discreet.foundation.desk.search import MAX_HITS, Area, Hit, Rank, Words, register
from discreet.foundation.rulepacks import queries
from discreet.foundation.rulepacks.law import LegalRule
from discreet.vocabulary.actors import Actor
from discreet.vocabulary.text import gettext_noop

LONGEST_TEXT = 140


def find_rules(actor: Actor, words: Words) -> Sequence[Hit]:
    """Return rules whose id, article, law or text has every word."""
    language = get_language() or "en"
    ranked = []
    for rule, texts in _texts():
        rank = _rank(words, rule, texts)
        if rank is not None:
            ranked.append((rank, rule.id, rule))
    return [
        Hit(
            title=f"{rule.article}",
            detail=f"{_shortened(rule.text.in_language(language))} · {rule.id}",
            url=_address(rule),
            icon="scale",
            rank=rank,
        )
        for rank, _, rule in sorted(ranked, key=lambda one: one[:2])[:MAX_HITS]
    ]


def _rank(words: Words, rule: LegalRule, texts: str) -> Rank | None:
    by_id = words.rank(rule.id)
    by_article = words.rank(rule.article, texts)
    return min((one for one in (by_id, by_article) if one is not None), default=None)


@cache
def _texts() -> tuple[tuple[LegalRule, str], ...]:
    """Return every rule with what it is searched by, in lower case; the packs do not change in a process."""
    return tuple(
        (
            rule,
            "\n".join(
                (
                    rule.id,
                    rule.text.en,
                    rule.text.zh,
                    rule.obligation,
                    rule.trigger,
                    pack.name_en,
                    pack.name_zh,
                    pack.id,
                )
            ).casefold(),
        )
        for pack in queries.packs().values()
        for rule in pack.rules.values()
    )


def _shortened(text: str) -> str:
    return text if len(text) <= LONGEST_TEXT else f"{text[:LONGEST_TEXT].rstrip()}…"


def _address(rule: LegalRule) -> str:
    """Return the page of a rule, "" where this installation has no pages of the law."""
    try:
        return reverse("law:duty", args=[rule.id])
    except NoReverseMatch:
        return ""


register(Area(id="rulepacks.rules", label=gettext_noop("Law"), find=find_rules, order=60))
