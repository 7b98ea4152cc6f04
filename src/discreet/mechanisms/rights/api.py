"""The REST door of requests. A program's token opens, verifies and reads; approving takes a person.

Scopes: `requests:read` lists and shows, `requests:write` opens and verifies; a package takes both;
`evidence:read` fetches proofs. Each operation names the scopes it needs; one that names none is refused to
everybody.
"""

from datetime import UTC, date, datetime, time
from typing import Annotated, Any, Literal

from django.http import HttpRequest, StreamingHttpResponse
from django.utils import timezone
from ninja import Header, Path, Query, Router, Schema, Status
from pydantic import Field

from discreet.engines.subjects.corrections import Change
from discreet.engines.subjects.identity import Identity
from discreet.foundation.cases.queries import MAX_PAGE, MAX_PAGE_SIZE, CaseFilter, list_cases
from discreet.foundation.idempotency import door
from discreet.foundation.ledger import prove
from discreet.foundation.staff.bearer import REFUSALS, Body, actor_of_token, needs
from discreet.foundation.staff.rules import Scope
from discreet.mechanisms.rights import listing, queries
from discreet.mechanisms.rights.actions import correcting, proving, receiving
from discreet.mechanisms.rights.copying import delivery
from discreet.mechanisms.rights.correcting.given import Given, changes_of
from discreet.mechanisms.rights.correcting.wish import MOST_CHANGES
from discreet.mechanisms.rights.kinds import Kind
from discreet.mechanisms.rights.opening import given
from discreet.mechanisms.rights.refusals import PlanMissing, WishElsewhere
from discreet.mechanisms.rights.rules import State
from discreet.mechanisms.rights.summaries import REASONS
from discreet.mechanisms.rights.views import plan_document, request_document

router = Router(tags=["requests"])

Number = Annotated[str, Path(pattern=r"^R-[1-9][0-9]{0,11}$", description="The request's number, e.g. R-1")]
Moment = date(2000, 1, 1), date(2200, 1, 1)


def _up_to(field: str) -> Any:
    """Describe how long a value may be; the act refuses a longer one, in words."""
    return Field(description=f"At most {given.MOST[field]} characters, none of them invisible")


class OneChange(Body):
    """One value that is wrong. `kind` is a category, such as `email`, `address`, `birth_date`."""

    kind: str = Field(max_length=40)
    new: str = Field(description="What is right, in the form that this kind of data has")
    old: str | None = Field(None, description="What stands there now, where it is known")


class Wish(Body):
    """What is to be corrected. It is kept sealed, and no answer repeats it."""

    changes: Annotated[list[OneChange], Field(min_length=1, max_length=MOST_CHANGES)]
    note: Annotated[str, Field(max_length=correcting.MOST_NOTE)] = ""

    def read(self) -> list[Change]:
        return changes_of([Given(kind=one.kind, new=one.new, old=one.old or "") for one in self.changes])


class NewRequest(Body):
    """A request that reached the company. One of e-mail, phone and customer number is enough."""

    kind: Kind
    email: Annotated[str | None, _up_to("email")] = None
    phone: Annotated[str | None, _up_to("phone")] = None
    customer_number: Annotated[str | None, _up_to("customer_number")] = None
    name: Annotated[str | None, _up_to("name")] = None
    residence: str = Field("", max_length=6, description="DE, CN, US-CA; unknown means the strictest law")
    language: Literal["en", "zh-hans"] = "en"
    correction: Wish | None = Field(None, description="Of the kind rectification: what is to be corrected")


class Opened(Schema):
    id: str
    due_at: datetime | None


class Row(Schema):
    id: str
    kind: str
    state: str
    outcome: str | None
    residence: str | None
    received_at: datetime
    due_at: datetime | None
    completed_at: datetime | None
    candidates: int | None


class Page(Schema):
    requests: list[Row]
    total: int
    page: int
    page_size: int


class Request(Schema):
    """One request as it stands. It names no person."""

    id: str
    batch: str
    kind: str
    state: str
    outcome: str | None
    answer: str | None = Field(
        description="How the answer goes: mail, mail_due, page (the status page), letter_due (staff must send "
        "it), letter_sent"
    )
    received_at: datetime
    due_at: datetime | None
    residence: str | None
    candidates: int | None
    kept: list[dict[str, Any]]
    sources: list[dict[str, Any]]
    search: dict[str, Any]
    not_covered: list[dict[str, Any]]
    plan: str | None
    prepared_by: str | None
    approved_by: str | None
    both_by_shell_user: str | None = Field(
        description="Both decisions came through this user of the operating system, under two account names"
    )
    clocks: list[dict[str, Any]]


class Plan(Schema):
    """What would be done, table by table. `hash` is what an approval binds to."""

    hash: str
    people: int
    sources: list[dict[str, Any]]
    not_covered: list[dict[str, Any]]
    open_questions: list[str]
    steps: list[dict[str, Any]]
    operations: list[dict[str, Any]]


class Noted(Schema):
    id: str
    fields: int


class Verification(Body):
    reason: str = Field(
        min_length=1, max_length=2000, description="How the identity was checked; kept sealed"
    )


class Verified(Schema):
    id: str
    state: str
    missing: list[str] = Field(
        description="What the request still waits for before its identity counts as proven: proof, points, "
        "declaration, authority"
    )


@router.post(
    "/requests",
    response={201: Opened, **REFUSALS},
    summary="Open a request",
    **needs(Scope.REQUESTS_WRITE),
)
def open_request(
    request: HttpRequest,
    body: NewRequest,
    idempotency_key: Annotated[str, Header(alias=door.HEADER, pattern=door.PATTERN)],
) -> Any:
    """Record a request; its legal clocks start now. The same key opens one request, however often it is sent."""
    claim = Identity(email=body.email, phone=body.phone, name=body.name, customer_number=body.customer_number)
    actor, now = actor_of_token(request), timezone.now()
    if body.correction is not None:
        if body.kind is not Kind.RECTIFICATION:
            raise WishElsewhere
        received = correcting.receive_correction(
            actor=actor,
            now=now,
            claim=claim,
            changes=body.correction.read(),
            note=body.correction.note,
            residence=body.residence,
            language=body.language,
            channel="api",
        )
    else:
        received = receiving.receive_request(
            actor=actor,
            now=now,
            kind=body.kind.value,
            claim=claim,
            residence=body.residence,
            language=body.language,
            channel="api",
        )
    due_at = received.due_at.astimezone(UTC) if received.due_at else None
    return Status(201, {"id": received.number, "due_at": due_at})


@router.get(
    "/requests",
    response={200: Page, **REFUSALS},
    summary="List requests",
    **needs(Scope.REQUESTS_READ),
)
def list_requests(
    request: HttpRequest,
    state: Annotated[State | Literal["open", "ended"] | None, Query()] = None,
    due_before: Annotated[date | None, Query(ge=Moment[0], le=Moment[1])] = None,
    page: Annotated[int, Query(ge=1, le=MAX_PAGE)] = 1,
    page_size: Annotated[int, Query(ge=1, le=MAX_PAGE_SIZE)] = 50,
) -> Any:
    """List requests, the next deadline first."""
    where = CaseFilter(
        kind="request",
        states=(state.value,) if isinstance(state, State) else (),
        is_open={"open": True, "ended": False}.get(state) if isinstance(state, str) else None,
        due_before=datetime.combine(due_before, time.min, UTC) if due_before else None,
    )
    found = list_cases(where=where, page=page, page_size=page_size)
    rows = listing.rows([row.number for row in found.rows])
    return {
        "requests": [_row(row) for row in rows],
        "total": found.total,
        "page": page,
        "page_size": page_size,
    }


@router.get(
    "/requests/{number}",
    response={200: Request, **REFUSALS},
    summary="Show a request",
    **needs(Scope.REQUESTS_READ),
)
def show_request(request: HttpRequest, number: Number) -> Any:
    """Show state, outcome, clocks, what was kept, and what was done in each source."""
    return request_document(queries.request_view(number))


@router.post(
    "/requests/{number}/verify",
    response={200: Verified, **REFUSALS},
    summary="Verify an identity",
    **needs(Scope.REQUESTS_WRITE),
)
def verify(
    request: HttpRequest,
    number: Number,
    body: Verification,
    idempotency_key: Annotated[str | None, Header(alias=door.HEADER, pattern=door.PATTERN)] = None,
) -> Any:
    """Take the identity as proven, for the token's owner; the plan is made next."""
    left = proving.verify_identity(
        actor=actor_of_token(request), now=timezone.now(), number=number, reason=body.reason
    )
    state = State.RECEIVED if left else State.VERIFIED
    return {"id": number, "state": state.value, "missing": [one.value for one in left]}


@router.post(
    "/requests/{number}/correction",
    response={200: Noted, **REFUSALS},
    summary="Say what is to be corrected",
    **needs(Scope.REQUESTS_WRITE),
)
def say_correction(
    request: HttpRequest,
    number: Number,
    body: Wish,
    idempotency_key: Annotated[str | None, Header(alias=door.HEADER, pattern=door.PATTERN)] = None,
) -> Any:
    """Write down what is wrong and what is right, for a request to correct. A plan made before is void."""
    correcting.set_wish(
        actor=actor_of_token(request),
        now=timezone.now(),
        number=number,
        changes=body.read(),
        note=body.note,
    )
    return {"id": number, "fields": len(body.changes)}


@router.get(
    "/requests/{number}/plan",
    response={200: Plan, **REFUSALS},
    summary="Show the plan",
    **needs(Scope.REQUESTS_READ),
)
def plan(request: HttpRequest, number: Number) -> Any:
    """Show the plan as it was last made. Only a person approves it, on the desk or the command line."""
    found = queries.plan_view(queries.batch_of(number))
    if not found.digest:
        raise PlanMissing(number=number)
    return plan_document(found, texts=REASONS)


@router.get(
    "/requests/{number}/package",
    response=REFUSALS,
    summary="Fetch the package",
    **needs(
        Scope.REQUESTS_READ,
        Scope.REQUESTS_WRITE,
        responses={
            200: {
                "description": "The zip",
                "content": {"application/zip": {"schema": {"type": "string", "format": "binary"}}},
            }
        },
    ),
)
def package(request: HttpRequest, number: Number) -> StreamingHttpResponse:
    """Return the package of a delivered access request. That it was taken is recorded first."""
    pieces = delivery.take_package(actor=actor_of_token(request), now=timezone.now(), number=number)
    return StreamingHttpResponse(
        pieces,
        content_type="application/zip",
        headers={"Content-Disposition": f'attachment; filename="{number}.zip"'},
    )


@router.get(
    "/requests/{number}/proof",
    response={200: dict[str, Any], **REFUSALS},
    summary="Fetch the proof",
    **needs(Scope.EVIDENCE_READ),
)
def proof(request: HttpRequest, number: Number) -> Any:
    """Return what `discreet ledger prove` writes: evidence that verifies without Discreet, and names no person."""
    view = queries.request_view(number)
    return prove.complete_bundle(f"request:{view.number}", now=timezone.now())


def _row(row: listing.RequestRow) -> dict[str, Any]:
    return {
        "id": row.number,
        "kind": row.kind,
        "state": row.state.value,
        "outcome": row.outcome or None,
        "residence": row.residence or None,
        "received_at": row.received_at,
        "due_at": row.due_at,
        "completed_at": row.completed_at,
        "candidates": row.candidates,
    }
