"""How long a choice is kept: as long as it stands, then as long as records of requests. Source: 11 CCR 7101(a).

A choice known by a browser alone ends when the browser is gone: its cookie lives 400 days, and each visit with the
signal begins them anew.
"""

from datetime import datetime

from django.db.models import Exists, OuterRef

from discreet.foundation.permission.models import Choice, ChoiceKey, OptInAsk, TellingList
from discreet.foundation.permission.people import IdentifierKind
from discreet.foundation.permission.rules import KEPT_AFTER_END

_MOST_AT_ONCE = 2000


def forget_once(now: datetime) -> int:
    """Delete what is kept no longer, some at a time; return how many rows."""
    before = now - KEPT_AFTER_END
    others = ChoiceKey.objects.filter(choice=OuterRef("pk")).exclude(kind=IdentifierKind.DEVICE.value)
    browsers = Choice.objects.filter(~Exists(others), ended_at__isnull=True, last_said_at__lt=before)
    ended = Choice.objects.filter(ended_at__lt=before)
    over = Choice.objects.filter(until__lt=before)
    gone = 0
    for which in (ended, over, browsers):
        part = list(which.values_list("pk", flat=True)[:_MOST_AT_ONCE])
        gone += len(part)
        Choice.objects.filter(pk__in=part).delete()
    emptied = TellingList.objects.filter(settled_at__lt=before, people__isnull=True)
    gone += emptied.delete()[0]
    return gone + OptInAsk.objects.filter(expires_at__lt=before).delete()[0]
