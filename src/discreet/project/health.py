"""`/healthz`: whether this installation can do its work, for a load balancer or a monitor."""

from datetime import timedelta

from django.db import DatabaseError
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from discreet.foundation.jobs.liveness import lease_s
from discreet.foundation.jobs.queries import failing_schedules, last_heartbeat
from discreet.foundation.keys.api import check_keyring
from discreet.foundation.ledger.schedules import SEQUENCER
from discreet.vocabulary.errors import Refused


@never_cache
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """Answer 200 when the database answers, the keyring fits, a worker lives and evidence is sealed; else 503."""
    state = {"database": True, "keyring": True, "worker": False, "evidence": True}
    now = timezone.now()
    try:
        beaten_at = last_heartbeat()
        state["worker"] = bool(beaten_at and now - beaten_at < timedelta(seconds=3 * lease_s()))
        state["evidence"] = all(one.name != SEQUENCER for one in failing_schedules(now))
        check_keyring()
    except Refused:
        state["keyring"] = False
    except DatabaseError:
        state = dict.fromkeys(state, False)
    return JsonResponse(state, status=200 if all(state.values()) else 503)
