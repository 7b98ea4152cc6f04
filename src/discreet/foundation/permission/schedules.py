"""What happens by itself: old choices are forgotten, and the list of a day that is over is handed over."""

from datetime import datetime

from discreet.foundation.jobs.api import scheduled
from discreet.foundation.permission.actions.listing import hand_over_list
from discreet.foundation.permission.forgetting import forget_once
from discreet.foundation.permission.listed import lists_over


@scheduled("permission.forget", every_s=3600)
def forget(now: datetime) -> int:
    """Delete choices that ended two years ago, browsers' that nobody sent again since, and old first steps."""
    return forget_once(now)


@scheduled("permission.hand_over_lists", every_s=600)
def hand_over_lists(now: datetime) -> int:
    """Hand over the lists whose day is over, so that recipients are told of the choices on them."""
    over = lists_over(now)
    for list_ref in over:
        hand_over_list(now=now, list_ref=list_ref)
    return len(over)
