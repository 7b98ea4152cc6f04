"""Values decide: which of the links that names allow hold, and which of several is the surest."""

from collections.abc import Iterable
from dataclasses import dataclass

from discreet.engines.classify.link_model import Candidate, LinkKind, LinkProposal
from discreet.engines.classify.model import Ground, Reason


@dataclass(frozen=True, slots=True)
class Overlap:
    """Of how many different values of the near end how many exist at the far end."""

    asked: int
    found: int

    @property
    def share(self) -> float:
        return self.found / self.asked if self.asked else 0.0


_NOT_BY_CHANCE = frozenset(["email", "phone", "national_id", "bank_account"])
_SHARE_ALONE = 0.95
_ENOUGH_RANDOM = 10
_SHARE_OF_RANDOM = 0.3
SENTINELS = frozenset(["", "0", "-1", "None", "null", "NULL"])


def judge_link(candidate: Candidate, overlap: Overlap | None) -> LinkProposal | None:
    """Return the proposal, or None where the values refute it. `overlap` None or empty: nothing to compare."""
    reasons = [] if candidate.is_by_values else [_said_by(candidate)]
    if overlap is None or not overlap.asked:
        is_certain = candidate.score >= 0.8 and candidate.kind is LinkKind.IMPLICIT
        needs_values = candidate.is_actor and candidate.score < 0.85
        if not is_certain or needs_values:
            return None
        reasons.append(Reason(Ground.NO_VALUES))
        return LinkProposal(candidate, round(70 * candidate.score), tuple(reasons))
    share = overlap.share
    is_telling = candidate.score >= 0.9 or (candidate.kind is LinkKind.COPY and candidate.score >= 0.8)
    needed = 0.5 if is_telling else 0.7 if candidate.score >= 0.75 else 0.9
    if candidate.is_unguessable and overlap.asked >= _ENOUGH_RANDOM:
        needed = _SHARE_OF_RANDOM  # of visitors most are nobody that is known
    is_plain_copy = candidate.kind is LinkKind.COPY and candidate.category in _NOT_BY_CHANCE
    if is_plain_copy and overlap.found >= _ENOUGH_RANDOM:
        needed = _SHARE_OF_RANDOM if is_telling else 0.5  # copies go stale; nobody has another's by chance
    if candidate.is_by_values and (share < _SHARE_ALONE or overlap.asked < candidate.fewest):
        return None
    if share < needed:
        return None
    reasons.append(Reason(Ground.VALUES, {"percent": round(100 * share), "n": overlap.asked}))
    sureness = min(1.0, 0.8 + overlap.asked / 100)
    return LinkProposal(
        candidate, round(97 * (0.4 * candidate.score + 0.6 * share) * sureness), tuple(reasons)
    )


def _said_by(candidate: Candidate) -> Reason:
    if candidate.comment_word:
        return Reason(Ground.COMMENT, {"word": candidate.comment_word[:60]})
    return Reason(Ground.COLUMN_NAME, {"word": ", ".join(candidate.columns)[:60]})


def best_of(proposals: Iterable[LinkProposal]) -> list[LinkProposal]:
    """Return the surest link of each near end (and each type value); actors and copies keep one, too."""
    best: dict[tuple[str, tuple[str, ...], str], LinkProposal] = {}
    for each in proposals:
        end = (each.candidate.table, each.candidate.columns, each.candidate.discriminator_value)
        if end not in best or _rank(each) > _rank(best[end]):
            best[end] = each
    return list(best.values())


def _rank(proposal: LinkProposal) -> tuple[float, int]:
    return (proposal.candidate.score, proposal.confidence_percent)
