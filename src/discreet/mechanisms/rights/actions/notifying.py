"""Recipients told of what was done: written down before the execution ends, told after it, tracked to an end.

Whom a notice concerns stands only in its sealed list, under a key of its own, which its end destroys. The mail
holds a link and no person. Source: GDPR Art. 19; 11 CCR 7022(b), (c); and `telling_rules.DUTIES`.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Q

from discreet.foundation.cases import actions as cases
from discreet.foundation.cases.actions import NewTask
from discreet.foundation.cases.queries import has_open_task
from discreet.foundation.cases.rules import is_number
from discreet.foundation.datamap.sharing import Contact, RecipientFacts
from discreet.foundation.datamap.sharing_queries import recipients_at
from discreet.foundation.keys import api as keys
from discreet.foundation.ledger.acts import act
from discreet.foundation.ledger.api import Json, record
from discreet.foundation.mail.api import ContactKind, hold, is_deliverable, send
from discreet.foundation.webhooks.actions import call
from discreet.mechanisms.rights.actions.batches import load_batch, subject_of_batch
from discreet.mechanisms.rights.models import RecipientNotice, RightsRequest
from discreet.mechanisms.rights.outside.refusals import EvidenceMissing, NoticeEnded, UnknownNotice
from discreet.mechanisms.rights.outside.rules import (
    LINK_LIVES,
    MOST_REMINDERS,
    OPEN_STATES,
    Hindrance,
    NoticeState,
    article_of,
)
from discreet.mechanisms.rights.refusals import NotYours
from discreet.vocabulary.actors import SYSTEM, Actor, ActorKind, Role
from discreet.vocabulary.ids import new_id, new_token
from discreet.vocabulary.text import gettext_noop

TASK_TELL = gettext_noop("Tell %(name)s what was done")
TASK_ASK = gettext_noop("Ask %(name)s to confirm: nothing came back")
TEMPLATE, REMINDER = "rights.tell_recipient", "rights.remind_recipient"
RECIPIENT = Actor(kind=ActorKind.SYSTEM, name="recipient")
_AAD, _NOTE = "list", "notice-note"
MOST_NOTE = 1000


@dataclass(frozen=True, slots=True)
class Concerned:
    """One person, as the recipient knows them. `changes`: (category, new value) of what was corrected."""

    number: str
    reference: str
    value: str
    changes: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class NewNotice:
    facts: RecipientFacts
    version: int
    people: tuple[Concerned, ...]


@act("rights.hold_notices")
def hold_notices(*, now: datetime, batch_id: int, run: int, notices: Sequence[NewNotice]) -> None:
    """Write down whom to tell of which people, before what names them is forgotten. Nobody is told yet.

    Repeating it changes nothing: each recipient has one notice for each run of a batch.
    """
    known = set(
        RecipientNotice.objects.filter(batch_id=batch_id, run=run).values_list("recipient", flat=True)
    )
    fresh = [one for one in notices if one.people and one.facts.key not in known]
    for one in fresh:
        key_id = new_id(prefix="n")
        keys.create_case_key(key_id)
        RecipientNotice.objects.create(
            batch_id=batch_id,
            run=run,
            recipient=one.facts.key,
            version=one.version,
            state=NoticeState.HELD.value,
            way=one.facts.contact.value,
            numbers=[person.number for person in one.people],
            key_id=key_id,
            list_sealed=keys.seal(
                key_id, json.dumps([asdict(person) for person in one.people]).encode(), _AAD
            ),
            made_at=now,
        )
    facts: dict[str, Json] = {"run": run, "recipients": {one.facts.key: len(one.people) for one in fresh}}
    record(actor=SYSTEM, now=now, subject=subject_of_batch(load_batch(batch_id)), facts=facts)


@act("rights.tell_recipients")
def tell_recipients(*, now: datetime, batch_id: int) -> None:
    """Tell the recipients that were written down, now that it was done: by mail, or by a task for staff.

    Who withdrew, or was set apart from the batch, is left out. A notice that nobody is left in goes.
    """
    held = list(
        RecipientNotice.objects.select_for_update().filter(batch_id=batch_id, state=NoticeState.HELD.value)
    )
    done = (
        None
        if held and is_listed(held[0])
        else set(
            RightsRequest.objects.filter(batch_id=batch_id, completed_at__isnull=False)
            .exclude(outcome__in=["", "refused"])
            .values_list("number", flat=True)
        )
    )
    told: dict[str, Json] = {}
    stated = recipients_at((one.recipient, one.version) for one in held)
    for notice in held:
        if done is not None:
            _leave_out(notice, done)
        if notice.numbers:
            _tell(notice, stated[notice.recipient, notice.version], now=now)
            told[notice.recipient] = {"way": notice.way, "people": len(notice.numbers)}
        else:
            keys.destroy_case_key(notice.key_id)
            notice.delete()
    record(actor=SYSTEM, now=now, subject=subject_of_batch(load_batch(batch_id)), facts={"told": told})


def _leave_out(notice: RecipientNotice, done: set[str]) -> None:
    staying = [number for number in notice.numbers if number in done]
    if staying and len(staying) < len(notice.numbers):
        people = [asdict(one) for one in people_of(notice) if one.number in done]
        notice.list_sealed = keys.seal(notice.key_id, json.dumps(people).encode(), _AAD)
    notice.numbers = staying


def people_of(notice: RecipientNotice) -> list[Concerned]:
    """Return whom a notice concerns.

    Raises:
        NoticeEnded: its list is destroyed.
    """
    if notice.list_sealed is None:
        raise NoticeEnded
    rows = json.loads(keys.open_sealed(notice.key_id, bytes(notice.list_sealed), _AAD))
    return [
        Concerned(
            number=row["number"],
            reference=row["reference"],
            value=row["value"],
            changes=tuple((category, value) for category, value in row["changes"]),
        )
        for row in rows
    ]


def _tell(notice: RecipientNotice, facts: RecipientFacts, *, now: datetime) -> None:
    """Send the mail, make the call, or give staff the task: where no address and no webhook takes it, too."""
    if notice.way == Contact.CALL and _call(notice, facts, now=now):
        notice.state = NoticeState.SENT.value
        notice.remind_at = now + timedelta(days=facts.remind_days)
        notice.save()
        return
    if notice.way == Contact.MAIL and is_deliverable(facts.address):
        _send(notice, facts, template=TEMPLATE, now=now)
        notice.state, notice.told_at, notice.told_by = NoticeState.SENT.value, now, SYSTEM.label
        notice.remind_at = now + timedelta(days=facts.remind_days)
        notice.save()
        return
    notice.state = NoticeState.DUE.value
    notice.save()
    _ask_staff(notice, facts, what=TASK_TELL, now=now)


def _new_link(notice: RecipientNotice, *, now: datetime) -> str:
    """Return a new token of a notice; one that was given before works no more."""
    token = new_token()
    notice.token_hash = hashlib.sha256(token.encode()).hexdigest()
    notice.link_ends_at = now + LINK_LIVES
    return token


def _send(notice: RecipientNotice, facts: RecipientFacts, *, template: str, now: datetime) -> None:
    """Mail a new link; one that was sent before works no more."""
    token = _new_link(notice, now=now)
    number = case_of(notice)
    send(
        actor=SYSTEM,
        now=now,
        to=hold(case_number=number, kind=ContactKind.EMAIL, address=facts.address),
        template_id=template,
        params={
            "number": number,
            "link": f"{settings.DISCREET_BASE_URL}/privacy/told/{token}/",
            "until_date": (now + timedelta(days=facts.remind_days)).date().isoformat(),
        },
        language=facts.language,
    )


def _call(notice: RecipientNotice, facts: RecipientFacts, *, now: datetime) -> bool:
    """Queue the signed call that names whom it concerns; return whether a webhook takes it."""
    token = _new_link(notice, now=now)
    number, kind = case_of(notice), notice.batch.kind
    is_one = is_listed(notice) or len(notice.numbers) == 1
    return call(
        now=now,
        name=facts.subscription,
        message_id=notice.key_id,
        key_id=notice.key_id,
        data={
            "notice": notice.key_id,
            "number": number if is_one else f"B-{notice.batch_id}",
            "request": kind,
            "article": article_of(kind),
            "people": [
                {
                    "number": one.number,
                    "known_by": one.reference,
                    "value": one.value,
                    "changes": [{"category": category, "value": value} for category, value in one.changes],
                }
                for one in people_of(notice)
            ],
            "confirm_url": f"{settings.DISCREET_BASE_URL}/privacy/told/{token}/done/",
            "confirm_by": (now + timedelta(days=facts.remind_days)).date().isoformat(),
        },
    )


@act("rights.note_call")
def note_call(*, now: datetime, message_id: str, outcome: str) -> None:
    """Note what came of a signed call: it arrived, it was confirmed, or a person of ours must tell it.

    A notice that has ended meanwhile stays as it is.
    """
    notice = RecipientNotice.objects.select_for_update().filter(key_id=message_id).first()
    if notice is None or notice.state not in OPEN_STATES:
        record(actor=SYSTEM, now=now, subject=f"call:{message_id}", facts={"call": outcome, "late": True})
        return
    facts = recipients_at([(notice.recipient, notice.version)])[notice.recipient, notice.version]
    if outcome == "failed":
        if notice.told_at is None:
            notice.state, notice.remind_at = NoticeState.DUE.value, None
            notice.save()
            _ask_staff(notice, facts, what=TASK_TELL, now=now)
    else:
        notice.state, notice.told_at, notice.told_by = NoticeState.SENT.value, now, SYSTEM.label
        notice.remind_at = now + timedelta(days=facts.remind_days)
        notice.save()
        _finish_task(notice, actor=SYSTEM, now=now)
        if outcome == "confirmed":
            _end(notice, NoticeState.CONFIRMED, by=RECIPIENT.name, now=now)
    said: dict[str, Json] = {"recipient": notice.recipient, "call": outcome}
    record(actor=SYSTEM, now=now, subject=_subject(notice), facts=said)


def _ask_staff(notice: RecipientNotice, facts: RecipientFacts, *, what: str, now: datetime) -> None:
    name = facts.name_en if facts.name_en == facts.name_zh else f"{facts.name_en} / {facts.name_zh}"
    task = NewTask(
        key=task_key(notice.pk),
        what=what,
        params=(("name", name),),
        role=None if facts.assignee else Role.AGENT,
        assignee=facts.assignee,
        due_at=now + timedelta(days=facts.remind_days),
        url_name="rights:recipients",
        url_args=(case_of(notice),),
        is_after_end=True,
    )
    cases.add_task(actor=SYSTEM, now=now, number=case_of(notice), task=task)


def task_key(notice_id: int) -> str:
    return f"recipient-{notice_id}"


@act("rights.remind_recipient")
def remind_recipient(*, now: datetime, notice_id: int) -> None:
    """Ask a recipient again by mail; after two reminders, or where no mail goes, ask staff."""
    notice = _open(notice_id)
    if notice.remind_at is None or notice.remind_at > now:
        record(actor=SYSTEM, now=now, subject=_subject(notice), facts={"repeated": True})
        return
    facts = recipients_at([(notice.recipient, notice.version)])[notice.recipient, notice.version]
    is_mailed = notice.way == Contact.MAIL and notice.reminders < MOST_REMINDERS
    if is_mailed:
        _send(notice, facts, template=REMINDER, now=now)
        notice.reminders += 1
        notice.remind_at = now + timedelta(days=facts.remind_days)
    else:
        _ask_staff(notice, facts, what=TASK_ASK, now=now)
        notice.remind_at = None
    notice.save()
    record(
        actor=SYSTEM,
        now=now,
        subject=_subject(notice),
        facts={"recipient": notice.recipient, "reminders": notice.reminders, "by_mail": is_mailed},
    )


@act("rights.note_recipient_told")
def note_told(*, actor: Actor, now: datetime, notice_id: int) -> None:
    """Note that a person of ours told the recipient; its confirmation is awaited.

    Raises:
        NotYours, UnknownNotice, NoticeEnded
    """
    notice = _open(notice_id)
    facts = _refuse_unless_theirs(notice, actor)
    notice.state, notice.told_at, notice.told_by = NoticeState.SENT.value, now, actor.label
    notice.remind_at = now + timedelta(days=facts.remind_days)
    notice.save()
    _finish_task(notice, actor=actor, now=now)
    record(
        actor=actor, now=now, subject=_subject(notice), facts={"recipient": notice.recipient, "told": True}
    )


@act("rights.confirm_for_recipient")
def confirm_for_recipient(*, actor: Actor, now: datetime, notice_id: int, note: str) -> None:
    """Note that a recipient confirmed; `note` says what shows it and stays sealed.

    Raises:
        NotYours, UnknownNotice, NoticeEnded, EvidenceMissing
    """
    notice = _open(notice_id)
    _refuse_unless_theirs(notice, actor)
    _keep_note(notice, note)
    _end(notice, NoticeState.CONFIRMED, by=actor.label, now=now)
    _finish_task(notice, actor=actor, now=now)
    facts: dict[str, Json] = {"recipient": notice.recipient, "confirmed": True, "note_kept": True}
    record(actor=actor, now=now, subject=_subject(notice), facts=facts)


@act("rights.give_up_recipient")
def give_up(*, actor: Actor, now: datetime, notice_id: int, hindrance: Hindrance, note: str) -> None:
    """Note that a recipient cannot be told, or only with a disproportionate effort; `note` says why.

    Source: GDPR Art. 19, first sentence; Cal. Civ. Code 1798.105(c)(1).

    Raises:
        NotYours, UnknownNotice, NoticeEnded, EvidenceMissing
    """
    notice = _open(notice_id)
    _refuse_unless_theirs(notice, actor)
    _keep_note(notice, note)
    notice.hindrance = hindrance.value
    _end(notice, NoticeState.IMPOSSIBLE, by=actor.label, now=now)
    _finish_task(notice, actor=actor, now=now)
    facts: dict[str, Json] = {"recipient": notice.recipient, "hindrance": hindrance.value, "note_kept": True}
    record(actor=actor, now=now, subject=_subject(notice), facts=facts)


@act("rights.show_notice")
def record_showing(*, actor: Actor, now: datetime, notice_id: int) -> None:
    """Record that whom a notice concerns is shown, before it is opened.

    Raises:
        NotYours, UnknownNotice, NoticeEnded
    """
    notice = _open(notice_id)
    if actor != RECIPIENT:
        _refuse_unless_theirs(notice, actor)
    facts: dict[str, Json] = {"recipient": notice.recipient, "people": len(notice.numbers)}
    record(actor=actor, now=now, subject=_subject(notice), facts=facts)


@act("rights.confirm_by_recipient")
def confirm_by_recipient(*, now: datetime, token: str) -> None:
    """Take a recipient's confirmation by its link; the link is spent and the list destroyed.

    Raises:
        UnknownNotice: the link is wrong, spent or too old.
    """
    notice = by_token(token, now=now)
    _end(notice, NoticeState.CONFIRMED, by=RECIPIENT.name, now=now)
    _finish_task(notice, actor=RECIPIENT, now=now)
    facts: dict[str, Json] = {"recipient": notice.recipient, "confirmed": True}
    record(actor=RECIPIENT, now=now, subject=_subject(notice), facts=facts)


def by_token(token: str, *, now: datetime) -> RecipientNotice:
    """Return the open notice of a link.

    Raises:
        UnknownNotice
    """
    digest = hashlib.sha256(token.encode(errors="replace")).hexdigest()
    notice = RecipientNotice.objects.filter(token_hash=digest, link_ends_at__gt=now).first()
    if notice is None or notice.state not in OPEN_STATES:
        raise UnknownNotice
    return notice


def of_case(number: str, notice_id: int) -> RecipientNotice:
    """Return a notice that concerns the request, or the case of a day's choices.

    Raises:
        UnknownNotice
    """
    notice = RecipientNotice.objects.filter(carried_by(number), pk=notice_id).first()
    if notice is None or number not in (*notice.numbers, case_of(notice)):
        raise UnknownNotice
    return notice


def carried_by(number: str) -> Q:
    """Return which notices may concern a request or the case of a day's choices; of a batch, all."""
    return Q(batch__requests__number=number[:16]) | Q(batch__key_id=number[:16])


def is_listed(notice: RecipientNotice) -> bool:
    """Say whether a notice tells of a day's choices, which stand in no request: its numbers are theirs."""
    return not is_number(str(notice.numbers[0]))


def case_of(notice: RecipientNotice) -> str:
    """Return the case on which a notice stands: that of its first request, or of the day's choices."""
    return notice.batch.key_id if is_listed(notice) else str(notice.numbers[0])


def forget_notices(*, number: str) -> None:
    """Destroy what is sealed of the notices that stand on a case that is forgotten. Called inside an act."""
    for notice in RecipientNotice.objects.filter(carried_by(number)).distinct():
        if notice.numbers and case_of(notice) == number:
            keys.destroy_case_key(notice.key_id)
            notice.list_sealed, notice.note_sealed, notice.token_hash = None, None, ""
            notice.remind_at = None
            notice.save()


def _open(notice_id: int) -> RecipientNotice:
    notice = RecipientNotice.objects.select_for_update().filter(pk=notice_id).first()
    if notice is None or notice.state == NoticeState.HELD:
        raise UnknownNotice
    if notice.state not in OPEN_STATES:
        raise NoticeEnded
    return notice


def _refuse_unless_theirs(notice: RecipientNotice, actor: Actor) -> RecipientFacts:
    facts = recipients_at([(notice.recipient, notice.version)])[notice.recipient, notice.version]
    if not (actor.may(Role.AGENT) or actor.may(Role.ADMINISTRATOR) or actor.name == facts.assignee):
        raise NotYours
    return facts


def _keep_note(notice: RecipientNotice, note: str) -> None:
    if not note.strip():
        raise EvidenceMissing
    number = case_of(notice)
    notice.note_sealed = keys.seal(number, note.strip()[:MOST_NOTE].encode(), _NOTE)


def note_of(notice: RecipientNotice) -> str:
    """Return what staff wrote of the end of a notice; "" where nothing."""
    if notice.note_sealed is None:
        return ""
    return keys.open_sealed(case_of(notice), bytes(notice.note_sealed), _NOTE).decode()


def _end(notice: RecipientNotice, state: NoticeState, *, by: str, now: datetime) -> None:
    notice.state, notice.ended_at, notice.ended_by = state.value, now, by
    notice.list_sealed, notice.token_hash, notice.remind_at, notice.link_ends_at = None, "", None, None
    notice.save()
    keys.destroy_case_key(notice.key_id)


def _finish_task(notice: RecipientNotice, *, actor: Actor, now: datetime) -> None:
    number, key = case_of(notice), task_key(notice.pk)
    if has_open_task(number, key):
        cases.finish_task(actor=actor, now=now, number=number, key=key)


def _subject(notice: RecipientNotice) -> str:
    if is_listed(notice):
        return f"choices:{case_of(notice)}"
    return f"request:{notice.numbers[0]}" if len(notice.numbers) == 1 else f"batch:{notice.batch_id}"
