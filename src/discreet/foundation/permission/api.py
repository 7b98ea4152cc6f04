"""The REST door of choices: a company's own sites pass opt-outs on, and ask before they use data.

Scopes: `choices:write` passes on, `choices:read` asks. Nobody's identity is checked: 11 CCR 7060(b).
"""

from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from django.utils import timezone
from ninja import Header, Path, Router, Schema, Status
from pydantic import AwareDatetime, Field

from discreet.foundation.centre import limits
from discreet.foundation.idempotency import door
from discreet.foundation.permission import queries
from discreet.foundation.permission.actions import choosing, ending
from discreet.foundation.permission.counted import TOKEN_CHECKS, TOKEN_CHOICES
from discreet.foundation.permission.people import MAX_LENGTH, Person, RowKey
from discreet.foundation.permission.rules import Basis, Channel, DespiteRestriction, Kind, Standing, Use
from discreet.foundation.permission.said import Source
from discreet.foundation.staff.bearer import REFUSALS, Body, actor_of_token, needs
from discreet.foundation.staff.rules import Scope
from discreet.vocabulary.actors import Actor

router = Router(tags=["choices"])

MAX_PEOPLE = 5000
MAX_ROWS = 20
Short = Annotated[str, Field(max_length=MAX_LENGTH)]
Moment = Annotated[
    AwareDatetime | None,
    Field(
        ge=datetime(2000, 1, 1, tzinfo=UTC),
        le=datetime(2200, 1, 1, tzinfo=UTC),
        description="Now, where empty",
    ),
]


class SourceRow(Body):
    """A row of a connected source that is this person."""

    source: Short
    table: Short
    key: Short


class Who(Body):
    """Whatever names the person; at least one. Any of them finds a choice. Nothing is kept but keyed digests."""

    email: Short = ""
    phone: Short = ""
    customer_number: Short = ""
    device: Short = Field("", description="Your own id of the browser or app, such as a first-party cookie's")
    rows: Annotated[list[SourceRow], Field(max_length=MAX_ROWS)] = []

    def person(self) -> Person:
        rows = tuple(RowKey(row.source, row.table, row.key) for row in self.rows)
        return Person(
            email=self.email,
            phone=self.phone,
            customer_number=self.customer_number,
            device=self.device,
            rows=rows,
        )


class OptOut(Who):
    """An opt-out of sale and sharing, or a limit on sensitive information."""

    kind: Literal["opt_out", "limit"] = "opt_out"
    via: Literal["gpc", "form"] = Field("form", description="gpc: your site saw the header Sec-GPC: 1")


class OptIn(Who):
    """What a signed-in person of yours takes back. Pass every identifier you know them by."""

    kind: Literal["opt_out", "limit"] = "opt_out"


class Step(Schema):
    id: str = Field(description="Confirm with this what the person confirms in a second step, within 7 days")


class Ended(Schema):
    """`ended`: the choices that end. `standing`: how many stand that were also said under another identifier."""

    ended: list[str]
    standing: int
    is_repeated: bool


class Asking(Body):
    person: Who


class MayAsk(Schema):
    allowed: Literal[True]


class Taken(Schema):
    id: str
    kind: str
    since: datetime
    is_repeated: bool = Field(
        description="The same stood before: nothing was written but that it was said again"
    )


class UseAsked(Body):
    """What you are about to do. What it does not say about itself counts as what a choice is about."""

    purpose: str = Field(max_length=60, description="A term of the Data Privacy Vocabulary: DirectMarketing")
    data_set: str = Field("", max_length=200, description="A source, or source/table; empty: any")
    basis: Basis | None = None
    sold_or_shared: bool | None = None
    sensitive: bool | None = None
    profiling: bool | None = None
    only_stores: bool = False
    despite_restriction: DespiteRestriction | None = None

    def use(self) -> Use:
        return Use(
            purpose=self.purpose,
            data_set=self.data_set,
            basis=self.basis,
            is_sold_or_shared=self.sold_or_shared,
            is_sensitive=self.sensitive,
            is_profiling=self.profiling,
            only_stores=self.only_stores,
            despite_restriction=self.despite_restriction,
        )


class Check(UseAsked):
    person: Who
    at: Moment = None


class BatchCheck(UseAsked):
    people: Annotated[list[Who], Field(min_length=1, max_length=MAX_PEOPLE)]
    at: Moment = None


class Why(Schema):
    """One reason. `unsaid` names what the use would have to say for another answer."""

    code: str
    kind: str
    law: str
    article: str
    since: datetime
    unsaid: list[str]
    en: str
    zh: str


class Answer(Schema):
    allowed: bool
    reasons: list[Why]


class Checked(Answer):
    may_ask_again: bool = Field(
        description="Whether the person may be asked to agree to sale or sharing again"
    )
    may_ask_again_from: datetime | None


class Answers(Schema):
    """In the order of `people`."""

    answers: list[Answer]
    refused: int


@router.post(
    "/opt-outs",
    response={200: Taken, 201: Taken, **REFUSALS},
    summary="Pass on an opt-out",
    **needs(Scope.CHOICES_WRITE),
)
def opt_out(
    request: HttpRequest,
    body: OptOut,
    idempotency_key: Annotated[str | None, Header(alias=door.HEADER, pattern=door.PATTERN)] = None,
) -> Any:
    """Keep an opt-out or a limit; it counts at once, everywhere. The same again changes nothing."""
    now, actor = timezone.now(), actor_of_token(request)
    limits.count(TOKEN_CHOICES, value=_token(actor), now=now)
    source = Source(channel=Channel.GPC if body.via == "gpc" else Channel.API)
    act = choosing.opt_out if body.kind == "opt_out" else choosing.limit_sensitive
    kept = act(actor=actor, now=now, person=body.person(), source=source)
    taken = {
        "id": kept.ref,
        "kind": kept.kind.value,
        "since": kept.since.astimezone(UTC),
        "is_repeated": kept.is_repeated,
    }
    return Status(200 if kept.is_repeated else 201, taken)


@router.post(
    "/opt-ins",
    response={201: Step, **REFUSALS},
    summary="Take the first step of opting in again",
    **needs(Scope.CHOICES_WRITE),
)
def ask_opt_in(
    request: HttpRequest,
    body: OptIn,
    idempotency_key: Annotated[str | None, Header(alias=door.HEADER, pattern=door.PATTERN)] = None,
) -> Any:
    """Note that a person asks to opt in again. Nothing changes before they confirm: 11 CCR 7028(a)."""
    now, actor = timezone.now(), actor_of_token(request)
    limits.count(TOKEN_CHOICES, value=_token(actor), now=now)
    ref = ending.ask_opt_in(actor=actor, now=now, person=body.person(), kind=Kind(body.kind))
    return Status(201, {"id": ref})


@router.post(
    "/opt-ins/{step}/confirm",
    response={200: Ended, **REFUSALS},
    summary="Take the second step of opting in again",
    **needs(Scope.CHOICES_WRITE),
)
def confirm_opt_in(
    request: HttpRequest,
    step: Annotated[str, Path(max_length=32)],
    idempotency_key: Annotated[str | None, Header(alias=door.HEADER, pattern=door.PATTERN)] = None,
) -> Any:
    """End the choices whose every identifier was given in the first step. The same again changes nothing."""
    now, actor = timezone.now(), actor_of_token(request)
    limits.count(TOKEN_CHOICES, value=_token(actor), now=now)
    done = ending.confirm_opt_in(actor=actor, now=now, ref=step)
    return {"ended": list(done.ended), "standing": len(done.standing), "is_repeated": done.is_repeated}


@router.post(
    "/asks",
    response={200: MayAsk, **REFUSALS},
    summary="Ask before you ask a person to agree",
    **needs(Scope.CHOICES_WRITE),
)
def asks(
    request: HttpRequest,
    body: Asking,
    idempotency_key: Annotated[str | None, Header(alias=door.HEADER, pattern=door.PATTERN)] = None,
) -> Any:
    """Let you ask a person to agree to sale or sharing, on record; 409 for twelve months after they opted out."""
    now, actor = timezone.now(), actor_of_token(request)
    limits.count(TOKEN_CHOICES, value=_token(actor), now=now)
    ending.note_asking(actor=actor, now=now, person=body.person.person())
    return {"allowed": True}


@router.post(
    "/check",
    response={200: Checked, **REFUSALS},
    summary="Ask whether a person's choices allow a use",
    **needs(Scope.CHOICES_READ),
)
@door.reads
def check(request: HttpRequest, body: Check) -> Any:
    """Answer by what the person chose. It says nothing of basis and notice, and keeps nothing of the question."""
    now = _counted(request)
    at, person = body.at or now, body.person.person()
    found = queries.standing_of(person=person, use=body.use(), at=at)
    again = queries.may_ask_again_of(person=person, at=at)
    return {**_answer(found), "may_ask_again": again.is_allowed, "may_ask_again_from": again.not_before}


@router.post(
    "/check/batch",
    response={200: Answers, **REFUSALS},
    summary="Ask for many people at once",
    **needs(Scope.CHOICES_READ),
)
@door.reads
def check_batch(request: HttpRequest, body: BatchCheck) -> Any:
    """Answer for up to 5,000 people, one use for all."""
    now = _counted(request)
    people = [who.person() for who in body.people]
    found = queries.standing_of_many(people=people, use=body.use(), at=body.at or now)
    return {
        "answers": [_answer(one) for one in found],
        "refused": sum(not one.is_allowed for one in found),
    }


def _counted(request: HttpRequest) -> datetime:
    now = timezone.now()
    limits.count(TOKEN_CHECKS, value=_token(actor_of_token(request)), now=now)
    return now


def _token(actor: Actor) -> str:
    return f"{actor.person}\0{actor.token}"


def _answer(found: Standing) -> dict[str, Any]:
    return {
        "allowed": found.is_allowed,
        "reasons": [
            {
                "code": one.code,
                "kind": one.kind.value,
                "law": one.law,
                "article": one.article,
                "since": one.since.astimezone(UTC),
                "unsaid": list(one.unsaid),
                "en": one.en,
                "zh": one.zh,
            }
            for one in found.reasons
        ],
    }
