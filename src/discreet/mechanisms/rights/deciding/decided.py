"""What staff decided of a table, as the engine takes it and as people read it.

Source: GDPR Art. 12(4) (reasons for not taking action), 15(4), 17(3).
"""

from functools import lru_cache

from django.utils import translation
from django.utils.translation import gettext

from discreet.engines.subjects.graph import KeepDuty
from discreet.mechanisms.rights.deciding.items import WORDS, ItemDecision, Justification, Verdict


def duty_of(decision: ItemDecision) -> KeepDuty:
    """Return what a refusal, or one in part, keeps: whole rows, or the fields that were named."""
    return KeepDuty(
        article=decision.article,
        reason_en=reason_words(decision.justification, "en"),
        reason_zh=reason_words(decision.justification, "zh-hans"),
        fields=decision.columns if decision.verdict is Verdict.PARTLY else (),
    )


@lru_cache(maxsize=64)
def reason_words(justification: str, language: str) -> str:
    """Return a DPV justification as a sentence of the language; "" for none."""
    if justification not in set(Justification):
        return ""
    with translation.override(language):
        return gettext(WORDS[Justification(justification)]) + ("。" if language.startswith("zh") else ".")
