"""Keeps programs from filling public forms, without a third party, and makes a double click one request.

token = form_guard.issue(now=now)                      # into a hidden field of the form
form_id = form_guard.read(token=…, trap=…, now=now)    # when it comes back
number = form_guard.once(form_id=form_id, now=now, make=lambda: receive_request(...).number)
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta

from django.core import signing
from django.db import transaction
from django.utils.crypto import salted_hmac

from discreet.foundation import plain_sql
from discreet.foundation.centre.models import SentForm
from discreet.foundation.centre.refusals import FormNotOurs, FormTooFast, FormTooOld
from discreet.foundation.centre.rules import FASTEST_FILL, FORM_LIVES
from discreet.vocabulary.ids import new_id

TRAP_FIELD = "website"  # hidden from people; programs fill it
TOKEN_FIELD = "form_token"  # noqa: S105 (the name of a field)
_SALT = "discreet.centre.form"
_KEEP = (
    f"INSERT INTO {SentForm._meta.db_table} (form_id, result, sent_at) VALUES {{}} "  # noqa: S608 - our own name
    "ON CONFLICT (form_id) DO NOTHING"
)


def issue(*, now: datetime) -> str:
    """Return a signed token that says when the form was shown. Each form gets its own."""
    return signing.dumps([new_id(prefix="f"), int(now.timestamp())], salt=_SALT)


def issue_again(*, now: datetime) -> str:
    """Return the token of a form given back because it came too fast: it may be sent at once.

    A program pays one more request and has to read the page that it gets.
    """
    return issue(now=now - FASTEST_FILL)


def read(*, token: str, trap: str, now: datetime) -> str:
    """Return the id of a form that a person may have filled.

    Raises:
        FormNotOurs: forged, or the trap was filled.
        FormTooFast: sent back within two seconds.
        FormTooOld: shown more than four hours ago.
    """
    try:
        form_id, shown = signing.loads(token, salt=_SALT)
        shown_at = datetime.fromtimestamp(shown, tz=UTC)
    except (signing.BadSignature, ValueError, TypeError, OverflowError) as error:
        raise FormNotOurs() from error
    if trap:
        raise FormNotOurs()
    age = now - shown_at
    if age < FASTEST_FILL:
        raise FormTooFast()
    if age > FORM_LIVES:
        raise FormTooOld()
    return str(form_id)


def bound(form_id: str, content: str) -> str:
    """Return the name of one content of a form: what was changed and sent again is another one."""
    return salted_hmac(form_id, content, algorithm="sha256").hexdigest()[:40]


def once(*, form_id: str, now: datetime, make: Callable[[], str]) -> str:
    """Run `make` once for a form and return its result; the same form again gets the same result.

    Both run in one transaction: if `make` fails, the form may be sent again.
    """
    with transaction.atomic():
        # The row comes first: a second click waits here for the first one's commit.
        SentForm.objects.bulk_create([SentForm(form_id=form_id, sent_at=now)], ignore_conflicts=True)
        sent = SentForm.objects.select_for_update().get(form_id=form_id)
        if not sent.result:
            sent.result = make()
            sent.save(update_fields=["result"])
        return sent.result


class SentMeanwhile(Exception):
    """One of the forms was sent by somebody else since it was looked for: look again."""


def results_of(form_ids: Iterable[str]) -> dict[str, str]:
    """Return what came of those forms that were sent before, by form."""
    return dict(SentForm.objects.filter(form_id__in=list(form_ids)).values_list("form_id", "result"))


def keep(results: Mapping[str, str], *, now: datetime) -> None:
    """Keep what came of forms, in the transaction that carried them out.

    Raises:
        SentMeanwhile: one of them is known by now; the transaction must not commit.
    """
    sent_at = plain_sql.stored(now)
    rows = [(form_id, results[form_id], sent_at) for form_id in sorted(results)]
    statement = _KEEP.format(", ".join([f"({plain_sql.marks(3)})"] * len(rows)))
    if plain_sql.write(statement, *(value for row in rows for value in row)) < len(rows):
        raise SentMeanwhile


def expire_once(now: datetime) -> int:
    """Forget forms whose token is too old anyway; return how many."""
    return SentForm.objects.filter(sent_at__lt=now - FORM_LIVES - timedelta(hours=1)).delete()[0]
