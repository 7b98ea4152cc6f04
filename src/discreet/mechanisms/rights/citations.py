"""Which statutes a kept record is shown with: the company's duty, and the exception of the person's own law.

A duty to keep binds the company wherever the customer lives; what lets it refuse erasure stands in the law
of the request. Sources: GDPR Art. 17(3)(b); PIPL Art. 47(2); Cal. Civ. Code 1798.105(d)(8).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from discreet.foundation.rulepacks.law import Law

EXCEPTIONS = {
    Law.GDPR: "GDPR Art. 17(3)(b)",
    Law.CCPA: "Cal. Civ. Code 1798.105(d)(8)",
    Law.PIPL: "PIPL Art. 47(2)",
}
_EXCEPTION = re.compile(r"(GDPR|DSGVO|PIPL|CCPA|Cal\. Civ\. Code) (Art\. |§ ?)?(17\(3\)|47|1798\.105)")


@dataclass(frozen=True, slots=True)
class Citation:
    """`duty`: the statutes that bind the company, "" where the map names none. `exception`: of the request's laws."""

    duty: str
    exception: str


def citation(article: str, *, laws: Sequence[Law]) -> Citation:
    """Return an article of the data map as it stands for a request under `laws`."""
    parts = [part.strip() for part in article.split(";")]
    duty = [part for part in parts if part and not _EXCEPTION.match(part)]
    return Citation(duty="; ".join(duty), exception="; ".join(EXCEPTIONS[law] for law in laws))
