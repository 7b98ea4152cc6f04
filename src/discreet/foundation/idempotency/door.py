"""The header `Idempotency-Key` of every writing call of the API, in one place.

`project/api.py` puts `once` around every operation, which declares the header for its description: required, or
not. A POST that only reads says so with `reads`.
"""

import hashlib
import json
import re
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Status
from ninja.responses import NinjaJSONEncoder

from discreet.foundation.idempotency.once import Answer, Call, answer_once, canonical_json
from discreet.foundation.idempotency.refusals import BadKey
from discreet.vocabulary.actors import Actor

HEADER = "Idempotency-Key"
PATTERN = r"^[!-~]{1,200}$"
REPEATED = "Idempotency-Replayed"
_SAFE = ("GET", "HEAD", "OPTIONS")
Operation = Callable[..., Any]  # whatever an operation takes and answers: Ninja's own signature


def reads(operation: Operation) -> Operation:
    """Mark a call that only reads although it is a POST: an answer of before would be out of date."""
    operation.only_reads = True  # type: ignore[attr-defined]
    return operation


def once(operation: Operation) -> Operation:
    """Do a writing call once for each key; sent again, it is answered as before."""
    if getattr(operation, "only_reads", False):
        return operation

    @wraps(operation)
    def call(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        key = request.headers.get(HEADER)
        if request.method in _SAFE or key is None:
            return operation(request, *args, **kwargs)
        if re.fullmatch(PATTERN, key) is None:
            raise BadKey
        actor: Actor = request.auth  # type: ignore[attr-defined]
        answer = answer_once(
            call=Call(
                scope=f"{actor.person}\0{request.method} {request.path}",
                key=key[1:-1] if len(key) > 2 and key[0] == key[-1] == '"' else key,
                content=_content(request),
            ),
            now=timezone.now(),
            run=lambda: _answer(operation(request, *args, **kwargs)),
        )
        request.is_answered_again = answer.is_repeated  # type: ignore[attr-defined]
        return Status(answer.status, json.loads(answer.body))

    return call


def mark_repeated(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Say in the answer's head that it was given before."""
    if getattr(request, "is_answered_again", False):
        response[REPEATED] = "true"
    return response


def _answer(result: Any) -> Answer:
    status, body = (result.status_code, result.value) if isinstance(result, Status) else (200, result)
    return Answer(status=status, body=json.dumps(body, cls=NinjaJSONEncoder))


def _content(request: HttpRequest) -> bytes:
    """Return what tells two calls apart. An upload is its fields and files: its boundary differs each time."""
    query = str(request.META.get("QUERY_STRING", "")).encode()
    if request.content_type != "multipart/form-data":
        return query + b"\0" + canonical_json(request.body)
    digest = hashlib.sha256(query)
    for name in sorted({*request.POST, *request.FILES}):
        for value in request.POST.getlist(name):
            digest.update(json.dumps([name, value]).encode())
        for file in request.FILES.getlist(name):
            digest.update(json.dumps([name, file.name, file.size]).encode())
            for chunk in file.chunks():
                digest.update(chunk)
            file.seek(0)
    return digest.digest()
