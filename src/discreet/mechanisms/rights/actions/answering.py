"""How an answer reaches the person: by mail to an address the company holds, else by a letter that staff send.

Source: GDPR Art. 12(1), 12(3) and (4); 11 CCR 7060 (never to an address that was only typed).
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Q

from discreet.foundation import plain_sql
from discreet.foundation.cases import actions as cases
from discreet.foundation.cases.actions import NewTask
from discreet.foundation.cases.bulk import add_public_tokens, languages_of
from discreet.foundation.cases.queries import open_tasks
from discreet.foundation.centre.entries import status_url
from discreet.foundation.ledger.acts import act
from discreet.foundation.ledger.api import Evidence, record, record_many
from discreet.foundation.mail.api import HeldContact, MailParams, NewMail, send_many
from discreet.mechanisms.rights.actions.receiving import load_request, refuse_unless
from discreet.mechanisms.rights.kinds import Way, way_of
from discreet.mechanisms.rights.models import RightsRequest
from discreet.mechanisms.rights.opening.identity import goes_to_person_only
from discreet.mechanisms.rights.refusals import AnswerIsHeld, NoLetterDue
from discreet.mechanisms.rights.rules import Answer, Outcome, has_page, needs_link, way_of_answer
from discreet.vocabulary.actors import SYSTEM, Actor, Role
from discreet.vocabulary.text import gettext_noop

TASK = "letter"
TASK_LETTER = gettext_noop("Send the letter: no e-mail address is held to send the answer to")
TASK_LETTERS = gettext_noop("Send %(count)s letters: no e-mail address is held to send these answers to")
TASK_COPY = gettext_noop("Hand over the copy: no e-mail address is held to send its link to")
TASK_COPY_ASKER = gettext_noop("Hand over the copy to whoever asked for the person: no mail takes it to them")
TASK_HELD = gettext_noop(
    "Check the identity anew: the contact point changed after it was proven, so the answer is held"
)
_HELD = Q(contact_changed_at__isnull=False, contact_settled_at__isnull=True)
PACKAGE_LIVES = timedelta(days=14)
_CHANNELS = f"SELECT number, channel, requester, contact_changed_at IS NOT NULL AND contact_settled_at IS NULL FROM {RightsRequest._meta.db_table} WHERE batch_id = %s"  # noqa: S608


def ways_of(batch_id: int, *, reachable: Collection[str]) -> dict[str, Answer]:
    """Return by request number how the answers of a batch go."""
    return {
        number: way_of_answer(
            is_reachable=number in reachable and not is_held,
            has_page=has_page(channel=channel, requester=requester) and not is_held,
        )
        for number, channel, requester, is_held in plain_sql.rows(_CHANNELS, batch_id)
    }


@act("rights.mail_answers")
def mail_answers(*, now: datetime, batch_id: int, contacts: Mapping[str, HeldContact]) -> None:
    """Queue the mails of people of a batch; repeating it sends none twice."""
    subject = f"request:{min(contacts)}" if len(contacts) == 1 else f"batch:{batch_id}"
    due = RightsRequest.objects.select_for_update().filter(
        batch_id=batch_id, number__in=contacts, answer=Answer.MAIL_DUE
    )
    by_template: dict[str, list[str]] = defaultdict(list)
    without_page = []
    for request in due:
        by_template[template_of(request)].append(request.number)
        if needs_link(channel=request.channel, requester=request.requester):
            without_page.append(request.number)
    tokens = add_public_tokens(actor=SYSTEM, now=now, subject=subject, numbers=without_page)
    languages = dict(languages_of(list(contacts)))
    for template, numbers in by_template.items():
        mails = [
            NewMail(
                to=contacts[number],
                params=params_of(number, tokens.get(number, "")),
                language=languages[number],
                subject=f"request:{number}",
            )
            for number in numbers
        ]
        send_many(actor=SYSTEM, now=now, template_id=template, mails=mails)
    sent = due.update(answer=Answer.MAIL.value)
    record(actor=SYSTEM, now=now, subject=subject, facts={"answers": sent})


def template_of(request: RightsRequest) -> str:
    """Return the mail's text; who was given no status page gets its address."""
    is_incomplete = request.outcome == Outcome.INCOMPLETE
    name = "rights.answered"
    if way_of(request.kind) is Way.ERASE and request.outcome != Outcome.REFUSED:
        name = "rights.erasure_incomplete" if is_incomplete else "rights.erasure_done"
    elif way_of(request.kind) is Way.CORRECT:
        name = "rights.correction_incomplete" if is_incomplete else "rights.correction_done"
    is_linked = needs_link(channel=request.channel, requester=request.requester)
    return f"{name}_link" if is_linked else name


def params_of(number: str, token: str) -> MailParams:
    """Return what such a mail carries."""
    if not token:
        return {"number": number}
    path = status_url(case_kind="request", token=token) or "/privacy/"
    return {"number": number, "link": f"{settings.DISCREET_BASE_URL}{path}"}


def ask_for_letters(*, actor: Actor, now: datetime, numbers: Sequence[str]) -> None:
    """Put on an agent's desk the answers that no mail can carry: one task for all, and one for each that is held."""
    held = set(RightsRequest.objects.filter(_HELD, number__in=numbers).values_list("number", flat=True))
    for number in numbers:
        if number in held:
            _ask(actor=actor, now=now, numbers=[number], what=TASK_HELD)
    _ask(actor=actor, now=now, numbers=[number for number in numbers if number not in held])


def _ask(*, actor: Actor, now: datetime, numbers: Sequence[str], what: str = "") -> None:
    if not numbers:
        return
    first = RightsRequest.objects.get(number=numbers[0])
    is_copy = first.outcome == Outcome.DELIVERED and way_of(first.kind) is Way.COPY
    letters = TASK_LETTER if len(numbers) == 1 else TASK_LETTERS
    task = NewTask(
        key=TASK,
        what=what or (_copy_task(first) if is_copy else letters),
        params=(("count", len(numbers)),),
        role=Role.AGENT,
        due_at=first.due_at,
        url_name="rights:answer",
        url_args=(first.number,),
        is_after_end=True,
    )
    cases.add_task(actor=actor, now=now, number=first.number, task=task)


def refuse_held(request: RightsRequest) -> None:
    """Refuse to hand anything over while nobody knows whether the person gets it.

    Raises:
        AnswerIsHeld
    """
    if request.contact_changed_at is not None and request.contact_settled_at is None:
        raise AnswerIsHeld(number=request.number)


def _copy_task(request: RightsRequest) -> str:
    return TASK_COPY if goes_to_person_only(request.requester) else TASK_COPY_ASKER


@act("rights.answer_by_letter")
def answer_by_letter(*, actor: Actor, now: datetime, number: str) -> int:
    """Note that staff sent the answer; of a batch, all that were due by letter. Returns how many.

    Raises:
        NotYours, UnknownRequest, NoLetterDue
        AnswerIsHeld: its contact point changed, and nobody has checked the identity since.
    """
    refuse_unless(actor, Role.AGENT)
    refuse_held(load_request(number))
    due = RightsRequest.objects.select_for_update().filter(
        ~_HELD, batch_id=load_request(number).batch_id, answer=Answer.LETTER_DUE
    )
    numbers = list(due.order_by("position").values_list("number", flat=True))
    if number not in numbers:
        raise NoLetterDue(number=number[:16])
    due.update(answer=Answer.LETTER_SENT.value, letter_sent_at=now)
    for holder in open_tasks(TASK).keys() & set(numbers):
        cases.finish_task(actor=actor, now=now, number=holder, key=TASK)
    evidence = [
        Evidence(subject=f"request:{one}", facts={"answer": Answer.LETTER_SENT.value}) for one in numbers
    ]
    record_many(actor=actor, now=now, evidence=evidence)
    return len(numbers)
