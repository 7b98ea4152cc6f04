"""The batch that an act is about: loaded and locked, its open requests, their state, what evidence is kept under."""

from collections.abc import Sequence

from discreet.engines.subjects.graph import TableRef
from discreet.foundation import plain_sql
from discreet.foundation.cases.bulk import state_of_case
from discreet.mechanisms.rights.kinds import Way, way_of
from discreet.mechanisms.rights.models import Batch, RightsRequest
from discreet.mechanisms.rights.refusals import NotThisKind, UnknownRequest
from discreet.mechanisms.rights.rules import State
from discreet.vocabulary.actors import Actor

PREPARABLE = (State.VERIFIED, State.PLANNED)
_LARGE = ("plan_sealed", "capture_sealed", "witness_sealed", "plan_summary", "search_summary")
_LIGHT = ", ".join(str(field.column) for field in Batch._meta.concrete_fields if field.name not in _LARGE)
_BATCH = f"SELECT {_LIGHT} FROM {Batch._meta.db_table} WHERE id = %s"  # noqa: S608
_OPEN_NUMBERS = (
    f"SELECT number FROM {RightsRequest._meta.db_table} "  # noqa: S608
    "WHERE batch_id = %s AND completed_at IS NULL ORDER BY position"
)


def load_batch(batch_id: int) -> Batch:
    """Return the batch, locked; what is sealed and the summaries are read when they are asked for.

    Raises:
        UnknownRequest: there is none.
    """
    found = list(Batch.objects.raw(_BATCH + plain_sql.for_update(), [batch_id]))
    batch = found[0] if found else None
    if batch is None:
        raise UnknownRequest(number=f"B-{batch_id}")
    return batch


def numbers_of(batch: Batch) -> list[str]:
    """Return the numbers of the batch's requests that have not ended, in the order of its plan."""
    numbers = [row[0] for row in plain_sql.rows(_OPEN_NUMBERS, batch.pk)]
    return numbers or list(batch.requests.order_by("position").values_list("number", flat=True))


def state_of(batch: Batch, numbers: Sequence[str] = ()) -> State:
    """Return the state that the requests of the batch share. `numbers`: its `numbers_of`, where known."""
    if not (found := numbers or numbers_of(batch)):  # what was in it was reopened elsewhere
        raise UnknownRequest(number=f"B-{batch.pk}")
    return State(state_of_case(found[0]))


def subject_of_batch(batch: Batch, numbers: Sequence[str] = ()) -> str:
    """Return what evidence is recorded under: the request itself, or the batch of several."""
    numbers = numbers or numbers_of(batch)
    return f"request:{numbers[0]}" if len(numbers) == 1 else f"batch:{batch.pk}"


def decision_key(table: TableRef) -> str:
    """Return how a table is named in a batch's decisions."""
    return "\x1f".join(part for part in (table.source, table.schema, table.table) if part)


def set_proposer(batch: Batch, actor: Actor | None) -> None:
    """Note who makes the plan theirs; nobody: it needs a first decision again."""
    batch.planned_by = actor.person if actor else ""
    batch.planned_shell = actor.shell_user if actor else ""
    batch.is_proposed = False


def refuse_other_kinds(batch: Batch, numbers: Sequence[str], *ways: Way) -> None:
    """Let a decision start only what it was made for: an approval of one kind carries out no other."""
    if way_of(batch.kind) not in ways:
        raise NotThisKind(number=numbers[0])
