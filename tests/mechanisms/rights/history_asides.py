"""What is done beside the course of a request in random histories: by people, by workers, by others who are told.

None of it proves or approves anything. What it leaves undone asks for a decision anew.
"""

from collections.abc import Callable
from datetime import datetime

from discreet.engines.subjects.corrections import Change
from discreet.engines.subjects.graph import TableRef
from discreet.foundation.datamap.sharing import (
    Contact,
    ManualSourceFacts,
    RecipientFacts,
    RecipientKind,
    Reference,
)
from discreet.foundation.datamap.sharing_queries import manual_sources, recipients
from discreet.foundation.mail.contacts import ContactKind, hold
from discreet.mechanisms.rights import queries
from discreet.mechanisms.rights.actions import (
    answering,
    asking_places,
    correcting,
    deciding,
    executing,
    forgetting,
    held_answers,
    lettering,
    lifting,
    mailboxes,
    notifying,
    proving,
    receiving,
    revealing,
)
from discreet.mechanisms.rights.copying import delivery
from discreet.mechanisms.rights.kinds import Way, way_of
from discreet.mechanisms.rights.letters.parts import Occasion, Part
from discreet.mechanisms.rights.matching.roots import Candidates
from discreet.mechanisms.rights.models import ManualAsk, RecipientNotice, RightsRequest
from discreet.mechanisms.rights.outside.rules import Hindrance, ManualAnswer
from discreet.mechanisms.rights.rules import Goes, Outcome
from discreet.vocabulary.actors import SYSTEM, Actor
from tests.mechanisms.rights.company import CUSTOMER

Aside = Callable[[Actor, datetime, str, int], object]
TABLE = TableRef(source="shop", table="customer")
ARCHIVE = ManualSourceFacts(
    key="archive", name_en="Paper archive", name_zh="纸质档案", assignee="olga", categories=("signature",)
)
MAILER = RecipientFacts(
    key="mailer",
    name_en="Mailing house",
    name_zh="邮件服务商",
    kind=RecipientKind.PROCESSOR,
    contact=Contact.MAIL,
    reference=Reference.EMAIL,
    address="privacy@mailing.example",
    categories=("email",),
)


def _wish(actor: Actor, now: datetime, number: str, batch_id: int) -> None:
    change = Change("email", "new@example.com", "ann@example.com")
    correcting.set_wish(actor=actor, now=now, number=number, changes=[change])


def _places(actor: Actor, now: datetime, number: str, batch_id: int) -> None:
    correcting.decide_places(actor=actor, now=now, batch_id=batch_id, choices={}, own_values={})


def _batch(actor: Actor, now: datetime, number: str, batch_id: int) -> None:
    proving.verify_batch(actor=actor, now=now, batch_id=batch_id, reason="A list of theirs")


def _settle(actor: Actor, now: datetime, number: str, batch_id: int) -> None:
    found = queries.roots_of(number)
    proving.settle_again(
        actor=SYSTEM, now=now, number=number, found=found if found is not None and found.only else None
    )


def _detail(actor: Actor, now: datetime, number: str, batch_id: int) -> None:
    proving.add_detail(actor=actor, now=now, number=number, phone="+41446681800")


def _letter(actor: Actor, now: datetime, number: str, batch_id: int) -> None:
    answering.answer_by_letter(actor=actor, now=now, number=number)


def _mails(actor: Actor, now: datetime, number: str, batch_id: int) -> None:
    held = hold(case_number=number, kind=ContactKind.EMAIL, address="ann@example.com")
    answering.mail_answers(now=now, batch_id=batch_id, contacts={number: held})


def _words(actor: Actor, now: datetime, number: str, batch_id: int) -> None:
    lettering.write_letter(
        actor=actor, now=now, number=number, occasion=Occasion.EXTENSION, part=Part.OPENING, text=""
    )


def _looks(actor: Actor, now: datetime, number: str, batch_id: int) -> None:
    lifting.record_preview(actor=actor, now=now, number=number)
    revealing.reveal_person(actor=actor, now=now, number=number, reason="Asked by phone")
    correcting.open_correction(actor=actor, now=now, number=number)


def _takes(actor: Actor, now: datetime, number: str, batch_id: int) -> None:
    delivery.record_taking(actor=actor, now=now, number=number)


def _code_again(actor: Actor, now: datetime, number: str, batch_id: int) -> None:
    receiving.ask_code_again(actor=actor, now=now, number=number)


def _search(actor: Actor, now: datetime, number: str, batch_id: int) -> None:
    executing.ask_search(actor=actor, now=now, number=number)


def _asked(actor: Actor, now: datetime, number: str, batch_id: int) -> None:
    receiving.ask_to_verify(now=now, number=number)
    correcting.ask_what(now=now, number=number)
    deciding.ask_who(now=now, batch_id=batch_id)


def _found_again(actor: Actor, now: datetime, number: str, batch_id: int) -> None:
    """What was found is noted once more, as a whole batch is: whoever it is about stays as they were."""
    found = queries.roots_of(number) or Candidates(people=())
    receiving.note_all(actor=SYSTEM, now=now, found=[(number, found)])


def _written(actor: Actor, now: datetime, number: str, batch_id: int) -> None:
    run = queries.run_of(batch_id)
    executing.record_source_outcome(now=now, batch_id=batch_id, run=run, source="shop", counts={})
    executing.record_source_refusal(now=now, batch_id=batch_id, run=run, source="shop", reason="sources.down")


def _searched(actor: Actor, now: datetime, number: str, batch_id: int) -> None:
    result = executing.PersonResult(number=number, outcome=Outcome.ERASED, kept=(), facts={})
    executing.finish_search(now=now, batch_id=batch_id, search={}, results=[result], contacts={})


def _expired(actor: Actor, now: datetime, number: str, batch_id: int) -> None:
    forgetting.expire_package(now=now, number=number)


def _forgotten(actor: Actor, now: datetime, number: str, batch_id: int) -> None:
    if RightsRequest.objects.filter(number=number, completed_at__isnull=False).exists():
        forgetting.forget_request(now=now, number=number)


def _manual_asked(actor: Actor, now: datetime, number: str, batch_id: int) -> None:
    if way_of(queries.kind_of_batch(batch_id)) is Way.STAND:
        return  # a choice asks no manual source
    asking_places.ask_manual_sources(now=now, batch_id=batch_id, sources=manual_sources())
    asking_places.wait_for_manual(now=now, batch_id=batch_id, run=queries.run_of(batch_id))
    asking_places.ask_again_after_end(now=now, batch_id=batch_id)


def _manual_go_on(actor: Actor, now: datetime, number: str, batch_id: int) -> None:
    asking_places.go_on(now=now, batch_id=batch_id, run=queries.run_of(batch_id))


def _manual_answered(actor: Actor, now: datetime, number: str, batch_id: int) -> None:
    for ask in ManualAsk.objects.filter(request__number=number, answer=""):
        asking_places.record_showing(actor=actor, now=now, number=number, ask_id=ask.pk)
        asking_places.answer_ask(
            actor=actor, now=now, number=number, ask_id=ask.pk, answer=ManualAnswer.NOTHING
        )


def _held(actor: Actor, now: datetime, number: str, batch_id: int) -> None:
    person = notifying.Concerned(number=number, reference="email", value="ann@example.com")
    notices = [
        notifying.NewNotice(facts=one.facts, version=one.version.number, people=(person,))
        for one in recipients()
    ]
    run = queries.run_of(batch_id)
    notifying.hold_notices(now=now, batch_id=batch_id, run=run, notices=notices)
    notifying.tell_recipients(now=now, batch_id=batch_id)


def _told(actor: Actor, now: datetime, number: str, batch_id: int) -> None:
    """A notice goes its whole way: reminded, shown, told by hand, confirmed; another is given up."""
    for notice in RecipientNotice.objects.filter(batch_id=batch_id).order_by("pk"):
        notifying.remind_recipient(now=now, notice_id=notice.pk)
        notifying.note_call(now=now, message_id=notice.key_id, outcome="arrived")
        notifying.record_showing(actor=actor, now=now, notice_id=notice.pk)
        notifying.note_told(actor=actor, now=now, notice_id=notice.pk)
        if notice.pk % 2:
            notifying.confirm_for_recipient(actor=actor, now=now, notice_id=notice.pk, note="A letter")
        else:
            notifying.give_up(
                actor=actor, now=now, notice_id=notice.pk, hindrance=Hindrance.IMPOSSIBLE, note="Gone"
            )


def _mailbox(actor: Actor, now: datetime, number: str, batch_id: int) -> None:
    mailboxes.note_mailbox(now=now, number=number, digest="mailbox")


def _code_shown(actor: Actor, now: datetime, number: str, batch_id: int) -> None:
    mailboxes.show_code(actor=CUSTOMER, now=now, number=number, mailbox="mailbox")


def _answer_held(actor: Actor, now: datetime, number: str, batch_id: int) -> None:
    held_answers.hold_answers(now=now, batch_id=batch_id, seen={number: "seen"})
    held_answers.send_held(now=now, number=number, contact=None, seen="seen")


def _answer_settled(actor: Actor, now: datetime, number: str, batch_id: int) -> None:
    held_answers.settle_contact(actor=actor, now=now, number=number, goes=next(iter(Goes)), reason="Passport")


#: By name what somebody does beside the course. Only of these the model learns something.
TEACHING: dict[str, Aside] = {
    "wish": _wish,
    "places": _places,
    "batch": _batch,
    "settle": _settle,
}
#: After these proof, approval, run and state are as they were, whoever did it.
QUIET: dict[str, Aside] = {
    "detail": _detail,
    "letter": _letter,
    "mails": _mails,
    "words": _words,
    "looks": _looks,
    "takes": _takes,
    "code_again": _code_again,
    "search": _search,
    "asked": _asked,
    "found_again": _found_again,
    "written": _written,
    "searched": _searched,
    "expired": _expired,
    "forgotten": _forgotten,
    "manual_asked": _manual_asked,
    "manual_go_on": _manual_go_on,
    "manual_answered": _manual_answered,
    "mailbox": _mailbox,
    "code_shown": _code_shown,
    "answer_held": _answer_held,
    "answer_settled": _answer_settled,
    "held": _held,
    "told": _told,
}
ASIDES = TEACHING | QUIET
#: What workers do by themselves: whoever asked for it.
WORKERS = frozenset(
    {
        "settle", "mails", "code_again", "asked", "found_again", "written", "searched", "expired", "forgotten",
        "manual_asked", "manual_go_on", "held", "mailbox", "code_shown", "answer_held",
    }
)  # fmt: skip
