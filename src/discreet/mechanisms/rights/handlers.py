"""What rights does when something happened."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from discreet.events.cases import CaseExpired
from discreet.events.papers import PaperChecked
from discreet.events.permission import ChoicesCollected, ObjectionDecided
from discreet.events.rights import CorrectionVerified, ErasureVerified, RequestsCompleted
from discreet.events.webhooks import CallEnded
from discreet.foundation.jobs.api import on
from discreet.foundation.jobs.unfinished import names_jobs_of
from discreet.mechanisms.rights import queries
from discreet.mechanisms.rights.actions import askers, listing, objecting
from discreet.mechanisms.rights.actions.forgetting import forget_request, note_outcomes
from discreet.mechanisms.rights.actions.notifying import note_call, tell_recipients
from discreet.mechanisms.rights.actions.proving import note_paper
from discreet.mechanisms.rights.copying.delivery import remove_package
from discreet.mechanisms.rights.opening.queries import is_request
from discreet.mechanisms.rights.outside import queries as recipient_queries
from discreet.mechanisms.rights.outside.manual import remove_files


@on(CaseExpired)
def forget_expired(event: CaseExpired, now: datetime) -> None:
    """Delete the package and what is sealed of a request whose case key is destroyed."""
    forget_request(now=now, number=event.case_number)
    transaction.on_commit(lambda: remove_package(event.case_number))
    transaction.on_commit(lambda: remove_files(event.case_number))


@on(ErasureVerified)
def note_erased(event: ErasureVerified, now: datetime) -> None:
    """Note the outcomes where a restored database finds them."""
    note_outcomes(now=now, batch_id=event.batch_id)


@on(ErasureVerified)
def tell_of_erasure(event: ErasureVerified, now: datetime) -> None:
    """Tell the recipients that were written down, now that the search has ended."""
    if recipient_queries.is_anybody_held(event.batch_id):
        tell_recipients(now=now, batch_id=event.batch_id)


@on(CorrectionVerified)
def tell_of_correction(event: CorrectionVerified, now: datetime) -> None:
    """Tell the recipients of what was corrected."""
    if recipient_queries.is_anybody_held(event.batch_id):
        tell_recipients(now=now, batch_id=event.batch_id)


@on(ChoicesCollected)
def take_up_choices(event: ChoicesCollected, now: datetime) -> None:
    """Begin to tell recipients of a day's choices that came by no request."""
    listing.take_up_list(now=now, list_ref=event.list_ref, kind=event.kind)


@on(ObjectionDecided)
def end_decided(event: ObjectionDecided, now: datetime) -> None:
    """End the requests that waited for the decision on their objection."""
    if objecting.is_awaited(event.choice_ref):
        objecting.end_decided(
            now=now, choice_ref=event.choice_ref, is_upheld=event.is_upheld, mailed=event.mailed
        )


@on(CallEnded)
def hear_of_call(event: CallEnded, now: datetime) -> None:
    """Note what came of a signed call to a recipient."""
    note_call(now=now, message_id=event.message_id, outcome=event.outcome)


@on(RequestsCompleted)
def tell_who_asked(event: RequestsCompleted, now: datetime) -> None:
    """Tell whoever asked for another that there is an answer."""
    askers.tell_of_answers(now=now, numbers=event.numbers)


@on(PaperChecked)
def note_checked_paper(event: PaperChecked, now: datetime) -> None:
    """Note what a paper of a request means for who may ask; papers of other cases are not ours."""
    if is_request(event.case_number):
        note_paper(now=now, number=event.case_number, is_accepted=event.is_accepted)


@names_jobs_of("rights")
def request_of_job(args: Mapping[str, str | int]) -> str:
    """Return the number of the request a job is about; of a batch its name and its first request."""
    if "number" in args:
        return str(args["number"])
    batch_id = int(args.get("batch_id", 0))
    numbers = queries.requests_of(batch_id)
    return f"B-{batch_id} ({numbers[0]} …)" if len(numbers) > 1 else "".join(numbers)
