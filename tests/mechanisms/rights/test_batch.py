"""A batch from a file: all lines or none, one plan, one approval, one outcome a person."""

import json
from pathlib import Path

import pytest

from discreet.foundation.jobs.models import Job
from discreet.foundation.ledger.models import LedgerEntry
from discreet.mechanisms.rights import queries
from discreet.mechanisms.rights.actions import deciding, proving
from discreet.mechanisms.rights.kinds import Kind
from discreet.mechanisms.rights.lists.imports import import_csv
from discreet.mechanisms.rights.models import Batch, RightsRequest
from discreet.mechanisms.rights.refusals import BadImport, NotYours
from discreet.mechanisms.rights.rules import State
from tests.foundation.sources.conftest import Company
from tests.mechanisms.rights.company import AGENT, ANN, APPROVER, BOB, CLEO, NOW, VIEWER, write_csv
from tests.mechanisms.rights.driving import approve, failures, state, work


def imported(path: Path, *lines: str) -> list[str]:
    """Import an erasure batch, verify it and let it be planned."""
    document = import_csv(
        actor=AGENT, now=NOW, path=write_csv(path / "b.csv", *lines), default_kind=Kind.ERASURE
    )
    batch_id = queries.batch_of(document["id"])
    proving.verify_batch(actor=AGENT, now=NOW, batch_id=batch_id, reason="All signed in")
    work()
    numbers: list[str] = document["batches"][0]["requests"]
    return numbers


@pytest.mark.parametrize(
    "lines",
    [
        ("email", ANN, ""),
        ("email,phone", f"{ANN},", ","),
        ("email,residence", f"{ANN},DE", f"{BOB},Narnia"),
        ("email,kind", f"{ANN},erasure", f"{BOB},rectification"),
        ("email,language", f"{ANN},tlh"),
        ("email,password", f"{ANN},x"),
        ("email", ANN, f"{BOB},too,many"),
        ("name", "Ann"),
        ("email",),
        ("",),
    ],
)
def test_a_bad_line_imports_nothing(db: None, tmp_path: Path, lines: tuple[str, ...]) -> None:
    path = write_csv(tmp_path / "b.csv", *lines)
    if lines == ("email", ANN, ""):
        path.write_text(f'email\n{ANN}\n""\n', encoding="utf-8")
    with pytest.raises(BadImport):
        import_csv(actor=AGENT, now=NOW, path=path, default_kind=Kind.ERASURE)
    assert (RightsRequest.objects.count(), Batch.objects.count(), LedgerEntry.objects.count()) == (0, 0, 0)


def test_a_file_that_is_no_text_imports_nothing(db: None, tmp_path: Path) -> None:
    path = tmp_path / "b.csv"
    path.write_bytes(b"email\n\xff\xfe\x00\n")
    with pytest.raises(BadImport):
        import_csv(actor=AGENT, now=NOW, path=path, default_kind=Kind.ERASURE)
    assert RightsRequest.objects.count() == 0


def test_a_refused_line_does_not_repeat_what_it_held(db: None, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "b.csv", "email,residence", "canary@example.com,Narnia")
    with pytest.raises(BadImport) as refused:
        import_csv(actor=AGENT, now=NOW, path=path, default_kind=Kind.ERASURE)
    assert "canary" not in str(refused.value) and refused.value.params["line"] == 2


def test_who_only_reads_imports_nothing(db: None, tmp_path: Path) -> None:
    with pytest.raises(NotYours):
        import_csv(
            actor=VIEWER, now=NOW, path=write_csv(tmp_path / "b.csv", "email", ANN), default_kind=Kind.ERASURE
        )
    assert (RightsRequest.objects.count(), Batch.objects.count()) == (0, 0)


def test_a_file_of_two_kinds_opens_both_or_neither(db: None, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "b.csv", "email,kind", f"{ANN},access", f"{BOB},erasure")
    document = import_csv(actor=AGENT, now=NOW, path=path, default_kind=Kind.ERASURE)
    assert [one["kind"] for one in document["batches"]] == ["access", "erasure"]
    assert document["count"] == 2


def test_a_batch_is_one_plan_one_approval_and_one_outcome_each(
    any_free_shop: Company, tmp_path: Path
) -> None:
    numbers = imported(tmp_path, "email", ANN, BOB, CLEO)
    assert queries.plan_view(queries.batch_of(numbers[0])).summary["people"] == 3
    approve(numbers[0])
    work()
    assert failures() == []
    views = [queries.request_view(number) for number in numbers]
    assert [view.outcome for view in views] == ["erased"] * 3
    assert any_free_shop.run("SELECT count(*) FROM customer") == [(2,)]
    assert any_free_shop.run("SELECT count(*) FROM address") == [(0,)]
    assert Job.objects.filter(workflow="rights.erase").count() == 1
    leaves = LedgerEntry.objects.filter(act="rights.finish_erasure", subject__startswith="request:")
    assert sorted(leaves.values_list("subject", flat=True)) == sorted(f"request:{n}" for n in numbers)


def test_each_of_a_batch_is_told_only_what_is_theirs(shop: Company, tmp_path: Path) -> None:
    ann, cleo = imported(tmp_path, "email", ANN, CLEO)
    approve(ann)
    work()
    assert queries.request_view(ann).outcome == "erased_except_kept"
    assert queries.request_view(cleo).outcome == "erased"
    assert queries.request_view(cleo).kept == ()


@pytest.mark.duty("M8.5")
def test_an_ambiguous_person_is_set_apart_and_the_others_go_on(shop: Company, tmp_path: Path) -> None:
    ann, twin, cleo = imported(tmp_path, "email", ANN, "twin@example.com", CLEO)
    assert queries.batch_of(ann) == queries.batch_of(cleo) != queries.batch_of(twin)
    assert (state(ann), state(twin), state(cleo)) == (State.PLANNED, State.VERIFIED, State.PLANNED)
    assert queries.request_view(twin).case.tasks[0].key == "choose"
    approve(ann)
    work()
    assert (state(ann), state(cleo), state(twin)) == (State.DONE, State.DONE, State.VERIFIED)
    assert shop.run("SELECT count(*) FROM customer WHERE email = 'twin@example.com'") == [(2,)]


def test_one_of_a_batch_can_withdraw_before_the_plan_is_approved(shop: Company, tmp_path: Path) -> None:
    ann, cleo = imported(tmp_path, "email", ANN, CLEO)
    deciding.cancel_request(actor=AGENT, now=NOW, number=cleo)
    approve(ann)
    work()
    assert state(ann) is State.PLANNED  # sent back: it is another plan now
    approve(ann)
    work()
    assert (state(ann), state(cleo)) == (State.DONE, State.CANCELLED)
    assert shop.run("SELECT email FROM customer WHERE id = 3") == [(CLEO,)]


def test_the_key_of_a_batch_dies_with_its_last_open_request(shop: Company, tmp_path: Path) -> None:
    from discreet.foundation.keys.models import CaseKey

    ann, cleo = imported(tmp_path, "email", ANN, CLEO)
    key_id = Batch.objects.get(pk=queries.batch_of(ann)).key_id
    deciding.cancel_request(actor=AGENT, now=NOW, number=ann)
    assert CaseKey.objects.filter(pk=key_id).exists()
    deciding.refuse_request(actor=APPROVER, now=NOW, number=cleo, reason="No", article="")
    assert not CaseKey.objects.filter(pk=key_id).exists()


def test_a_batchs_evidence_counts_people_and_names_none(shop: Company, tmp_path: Path) -> None:
    imported(tmp_path, "email", ANN, CLEO)
    body = json.loads(LedgerEntry.objects.get(act="rights.receive_batch", subject__startswith="batch:").body)
    assert body["facts"] == {"requests": 2}
    assert not LedgerEntry.objects.filter(body__contains="canary").exists()


def test_the_preview_of_several_packages_counts_everybodys_rows(shop: Company, tmp_path: Path) -> None:
    """An approval of access covers the whole batch: so does what is shown before it."""
    numbers = imported(tmp_path, "email,kind", f"{ANN},access", f"{BOB},access", f"{CLEO},access")
    summary = queries.plan_view(queries.batch_of(numbers[0])).summary
    rows = {one["table"]: one["rows"] for source in summary["sources"] for one in source["tables"]}
    assert summary["people"] == 3
    assert (rows["customer"], rows["orders"], rows["login"]) == (3, 2, 4)
