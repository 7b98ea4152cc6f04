"""A proof convinces a machine without Discreet, and a forged one does not."""

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from discreet.engines.merkle.checkpoint import read_checkpoint, sign_checkpoint
from discreet.engines.merkle.note import verifier_key
from discreet.foundation.ledger import prove
from discreet.foundation.ledger.acts import act
from discreet.foundation.ledger.api import destroy_salts, record
from discreet.foundation.ledger.cli import ledger
from discreet.foundation.ledger.models import LedgerCheckpoint
from discreet.foundation.ledger.prove import (
    CheckpointUnknown,
    LedgerBroken,
    NothingToProve,
    NotYetSealed,
    bundle,
    complete_bundle,
    customer_bundle,
    verifier_file,
)
from discreet.foundation.ledger.queries import entries_for, entry_of_number
from discreet.foundation.ledger.sequencer import sequence_once
from discreet.foundation.ledger.signing import log_key
from discreet.foundation.ledger.texts import FAULTS
from discreet.foundation.ledger.verifier import discreet_verify
from discreet.foundation.ledger.witness import locked_now
from discreet.vocabulary.actors import SYSTEM, Actor, ActorKind
from tests.foundation.ledger.conftest import NOW, Tamper, receive

pytestmark = [pytest.mark.usefixtures("history"), pytest.mark.duty("ledger")]
FOREIGN = Ed25519PrivateKey.from_private_bytes(b"\x09" * 32)
Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Run the verifier file alone, as the customer does: no Discreet, no packages (-I -S)."""

    def start(proof: object, *arguments: str) -> "subprocess.CompletedProcess[str]":
        path = tmp_path / "proof.json"
        path.write_text(proof if isinstance(proof, str) else json.dumps(proof), encoding="utf-8")
        command = [sys.executable, "-I", "-S", str(verifier_file()), str(path), *arguments]
        return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)

    return start


def refusal(proof: Any, elsewhere: str | None = None, key: str | None = None) -> str:
    with pytest.raises(discreet_verify.RefusedProof) as caught:
        discreet_verify.verify(proof, elsewhere, key)
    return str(caught.value.code)


def end(name: str, **facts: Any) -> None:
    """Record an act of the mechanism about request R-300."""

    @act(f"rights.{name}" if name != "send_code" else "centre.start_verification")
    def note() -> None:
        record(actor=SYSTEM, now=NOW, subject="request:R-300", facts=facts)

    note()
    sequence_once(NOW)


def note_of(size: int) -> str:
    return LedgerCheckpoint.objects.get(size=size).note


def test_a_proof_is_accepted_by_the_file_alone_in_both_languages(run: Run) -> None:
    end("finish_erasure", outcome="erased_except_kept")
    proof = bundle("request:R-300")
    english = run(proof, "--key", log_key().fingerprint, "--language", "en")
    assert english.returncode == 0
    assert english.stdout.startswith(
        "VERIFIED. Outcome: erased, except rows that stay: see “kept” in the entry. 2 entries about request:R-300 stand in the ledger;"
    )
    assert "It is the fingerprint you gave." in english.stdout
    chinese = run(proof, "--language", "zh")
    assert chinese.returncode == 0
    assert chinese.stdout.startswith("验证通过。结果：已删除，保留的数据除外：见该记录中的 kept。")
    assert "尚未核对" in chinese.stdout


@pytest.mark.parametrize("left", ["entry", "fact"])
def test_a_proof_without_an_outcome_says_so_first_and_does_not_pass(run: Run, left: str) -> None:
    """Cut out of the bundle, or named by an act that ends nothing, such as a code that was sent."""
    end("finish_erasure", outcome="erased") if left == "entry" else end("send_code", outcome="sent")
    proof = bundle("request:R-300")
    proof["entries"] = proof["entries"][:1] if left == "entry" else proof["entries"]
    english = run(proof, "--language", "en")
    assert english.returncode == 3
    assert english.stdout.startswith("VERIFIED SO FAR: no outcome in this proof. ")
    assert run(proof, "--language", "zh").stdout.startswith("仅部分验证：此证明中没有处理结果。")


@pytest.mark.parametrize(
    ("name", "facts", "told"),
    [
        ("finish_erasure", {"outcome": "erased"}, "erased"),
        ("finish_erasure", {"outcome": "incomplete"}, "incomplete"),
        ("finish_access", {"outcome": "delivered"}, "delivered"),
        ("refuse_request", {"article": "Art. 12(5)"}, "refused"),
        ("cancel_request", {"cancelled": True}, "cancelled"),
        ("finish_erasure", {"outcome": "of a later version"}, "of a later version"),
    ],
)
def test_a_proof_names_the_outcome_it_holds(name: str, facts: dict[str, Any], told: str) -> None:
    end(name, **facts)
    end(name, repeated=True)
    proof: Any = bundle("request:R-300")
    last = proof["entries"][-1 if name in ("refuse_request", "cancel_request") else 1]["index"]
    assert discreet_verify.verify(proof)[0] == ("outcome", told, 3, "request:R-300", last + 1)


GAPS = (("no_link_nor_value", "sensitive"), ("names_in_text", "personal"), ("table_not_confirmed", "unknown"))


@pytest.mark.parametrize(
    ("search", "english", "chinese"),
    [
        (
            {
                "not_searched": [
                    {"reason": why, "holds": holds} for why, holds in (*GAPS, ("trigger", "none"))
                ]
            },
            "erased where the data map leads, nothing found again there; 4 parts were not, or not fully, searched, "
            "3 of them hold or may hold personal data (1 sensitive data). ",
            "有 4 处未搜索或未完全搜索，其中 3 处存有或可能存有个人信息（1 处为敏感信息）",
        ),
        (
            {"not_searched": [{"reason": why} for why, _ in GAPS]},
            "erased where the data map leads, nothing found again there; 3 parts were not, or not fully, searched, "
            "at least 2 of them hold or may hold personal data. ",
            "有 3 处未搜索或未完全搜索，其中至少 2 处存有或可能存有个人信息",
        ),
        (
            {"batch": "B-7", "sha256": "00"},
            "erased where the data map leads, nothing found again there; what was not searched stands in the "
            "evidence of B-7, not in this proof. ",
            "未搜索的部分记于 B-7 的证据中",
        ),
    ],
)
def test_what_was_not_searched_stands_in_the_first_line(
    run: Run, search: dict[str, Any], english: str, chinese: str
) -> None:
    """Also of a proof made before evidence said what such a part holds, and of one person of many."""
    end("finish_erasure", outcome="erased", search=search)
    told = run(bundle("request:R-300"), "--language", "en").stdout.splitlines()[0]
    assert told.startswith(f"VERIFIED. Outcome: {english}")
    assert "nothing kept" not in told
    first = run(bundle("request:R-300"), "--language", "zh").stdout.splitlines()[0]
    assert chinese in first and "无保留" not in first


def test_the_customers_proof_names_no_staff_and_verifies(run: Run) -> None:
    @act("demo.decide")
    def decide() -> None:
        record(actor=Actor(kind=ActorKind.STAFF, name="lena"), now=NOW, subject="request:R-300", facts={})

    decide()
    end("finish_erasure", outcome="erased")
    whole, given = bundle("request:R-300"), customer_bundle("request:R-300", now=NOW)
    assert "staff:lena" in json.dumps(whole) and "lena" not in json.dumps(given)
    assert [one["index"] for one in given["entries"]] == [one["index"] for one in whole["entries"]]
    told = run(given, "--language", "en")
    assert told.returncode == 0
    assert told.stdout.startswith("VERIFIED. Outcome: erased, nothing found again, nothing kept. 2 entries")
    assert "1 more entries stand in the ledger: what staff of the company did" in told.stdout
    (hidden,) = [one for one in given["entries"] if "leaf" in one]
    hidden["leaf"] = "00" * 32
    assert run(given).returncode == 1


def test_pages_and_verifier_call_an_entry_by_the_same_number() -> None:
    proof: Any = bundle("request:R-300")
    (found,) = entries_for("request:R-300")
    (line,) = [parts[0] for code, *parts in discreet_verify.verify(proof) if code == ""]
    assert found.number == proof["entries"][0]["index"] + 1
    assert line.startswith(f"  #{found.number}  ")
    assert entry_of_number(found.number) == found


def test_an_outcome_that_only_a_tombstone_tells_is_not_called_searched(run: Run) -> None:
    end("end_again", outcome="erased", on="2026-01-30", known_from="tombstone", searched_again=False)
    english = run(bundle("request:R-300"), "--language", "en")
    assert english.returncode == 0
    assert english.stdout.startswith(
        "VERIFIED FROM A TOMBSTONE. Outcome: erased, as noted outside the database on 2026-01-30."
    )
    assert "nothing found again" not in english.stdout
    chinese = run(bundle("request:R-300"), "--language", "zh")
    assert chinese.stdout.startswith("依据墓碑验证通过。结果：已删除（2026-01-30 记录于数据库之外）。")


def test_a_proof_about_no_request_needs_no_outcome(run: Run) -> None:
    @act("sources.connect_source")
    def connect() -> None:
        record(actor=SYSTEM, now=NOW, subject="source:shop", facts={})

    connect()
    sequence_once(NOW)
    told = run(bundle("source:shop"), "--language", "en")
    assert (told.returncode, told.stdout.splitlines()[0]) == (
        0,
        "VERIFIED. 1 entries about source:shop stand in the ledger.",
    )


def test_a_proof_forged_under_another_key_is_refused_by_its_fingerprint(run: Run) -> None:
    proof = bundle("request:R-300")
    foreign = verifier_key(name=log_key().name, private=FOREIGN)
    proof["checkpoint"] = sign_checkpoint(read_checkpoint(proof["checkpoint"]), private=FOREIGN)
    proof["verifier_key"] = str(foreign)
    assert run(proof).returncode == 3
    refused = run(proof, "--key", log_key().fingerprint, "--language", "zh")
    assert refused.returncode == 1
    assert "验证未通过" in refused.stdout


def test_a_checkpoint_kept_elsewhere_is_found_in_the_ledger(run: Run, tmp_path: Path) -> None:
    kept = tmp_path / "kept.txt"
    kept.write_text(note_of(256))
    proof = bundle("request:R-3", against=[note_of(256)])
    accepted = run(proof, "--checkpoint", str(kept), "--language", "en")
    assert accepted.returncode == 3
    assert "contains the checkpoint you kept (size 256)" in accepted.stdout


@pytest.mark.parametrize("size", [250, 256, 600, 700])
def test_a_proof_is_consistent_with_every_checkpoint_it_is_made_against(size: int) -> None:
    proof: Any = bundle("request:R-3", against=[note_of(size)])
    assert ("consistent", size) in discreet_verify.verify(proof, note_of(size))


def test_a_ledger_that_forked_from_a_kept_checkpoint_is_refused() -> None:
    proof: Any = bundle("request:R-3", against=[note_of(256)])
    private = FOREIGN
    proof["verifier_key"] = str(verifier_key(name=log_key().name, private=private))
    proof["checkpoint"] = sign_checkpoint(read_checkpoint(proof["checkpoint"]), private=private)
    kept = read_checkpoint(note_of(256))
    same = sign_checkpoint(kept, private=private)
    assert ("consistent", 256) in discreet_verify.verify(proof, same)
    other = sign_checkpoint(replace(kept, root=b"\x01" * 32), private=private)
    assert refusal(proof, other) == "fork"
    assert refusal(proof, note_of(256)) == "elsewhere_signature"
    newer = sign_checkpoint(replace(kept, size=9999), private=private)
    assert refusal(proof, newer) == "elsewhere_incomparable"


def test_a_proof_against_a_foreign_checkpoint_is_not_made() -> None:
    foreign = sign_checkpoint(read_checkpoint(note_of(256)), private=FOREIGN)
    with pytest.raises(CheckpointUnknown):
        bundle("request:R-3", against=[foreign])


def test_what_is_not_sealed_cannot_be_proven() -> None:
    with pytest.raises(NothingToProve):
        bundle("request:R-701")
    with pytest.raises(NothingToProve):
        bundle("request:absent")


@pytest.mark.promise(16)
def test_a_proof_that_is_handed_out_lacks_nothing_that_happened_before() -> None:
    """What waits for its place is sealed first."""
    assert len(complete_bundle("request:R-701", now=NOW)["entries"]) == 1


def test_a_proof_is_not_handed_out_without_what_another_process_is_sealing(
    witness: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prove, "PATIENCE_S", 0.0)
    with locked_now(witness) as is_ours, pytest.raises(NotYetSealed):
        assert is_ours
        complete_bundle("request:R-701", now=NOW)


@pytest.mark.parametrize(
    "edit",
    [
        "UPDATE ledger_ledgerentry SET body = body || ' ' WHERE subject = 'request:R-3'",
        "UPDATE ledger_ledgertile SET hashes = zeroblob(8192) WHERE number = 0",
        "DELETE FROM ledger_ledgertile WHERE number = 1",
    ],
)
def test_a_broken_ledger_hands_out_no_proof(tamper: Tamper, edit: str) -> None:
    tamper(edit)
    with pytest.raises(LedgerBroken):
        bundle("request:R-3")


@pytest.mark.parametrize(
    "edits",
    [
        ["DELETE FROM ledger_personsalt", "DELETE FROM ledger_ledgerentry WHERE subject = 'request:R-300'"],
        ["DELETE FROM ledger_ledgerleaf WHERE leaf_index = 300"],
        [
            "DELETE FROM ledger_personsalt",
            "DELETE FROM ledger_ledgerleaf WHERE leaf_index = 300",
            "DELETE FROM ledger_ledgerentry WHERE subject = 'request:R-300'",
        ],
        ["UPDATE ledger_ledgerentry SET subject = 'request:R-other' WHERE subject = 'request:R-300'"],
    ],
)
def test_no_proof_is_made_where_an_entry_is_gone_or_hidden(
    tamper: Tamper, edits: list[str], tmp_path: Path
) -> None:
    """The request has another entry, which alone would prove well."""
    end("finish_erasure", outcome="erased")
    out = tmp_path / "proof.json"
    with transaction.atomic():
        tamper(
            *(f"{edit} AND act = 'demo.receive_request'" if "subject =" in edit else edit for edit in edits)
        )
        refused = CliRunner().invoke(ledger, ["prove", "--request", "R-300", "--out", str(out)])
        transaction.set_rollback(True)
    assert isinstance(refused.exception, LedgerBroken)
    assert not out.exists()


@pytest.mark.parametrize("entries", [1, 2, 5])
def test_a_proof_holds_every_sealed_entry_of_its_subject(entries: int) -> None:
    @act("demo.note")
    def note(number: int) -> None:
        record(actor=SYSTEM, now=NOW, subject="request:R-many", facts={"step": number})

    for number in range(entries):
        note(number)
        sequence_once(NOW)
    proof: Any = bundle("request:R-many")
    assert [json.loads(entry["body"])["facts"]["step"] for entry in proof["entries"]] == list(range(entries))
    assert discreet_verify.verify(proof)[0] == ("so_far", entries, "request:R-many")


def test_destroying_the_salt_leaves_the_proof_valid() -> None:
    @act("demo.hand_over")
    def hand_over() -> int:
        record(actor=SYSTEM, now=NOW, subject="request:R-other", facts={})
        return destroy_salts(subject="request:R-3")

    with_salt: Any = bundle("request:R-3")
    assert ("person", 4, "p_3") in discreet_verify.verify(with_salt)
    assert hand_over() == 1
    without: Any = bundle("request:R-3")
    assert without["entries"][0]["persons"] == []
    assert "p_3" not in json.dumps(without)
    assert discreet_verify.verify(without)
    assert ("person", 4, "p_3") in discreet_verify.verify(with_salt)


def test_another_person_does_not_open_the_commitment() -> None:
    proof: Any = bundle("request:R-3")
    proof["entries"][0]["persons"][0]["person_ref"] = "p_4"
    assert refusal(proof) == "commitment"


def test_evidence_of_another_subject_is_refused() -> None:
    proof: Any = bundle("request:R-3")
    proof["subject"] = "request:R-4"
    assert refusal(proof) == "subject"


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_a_proof_with_a_changed_character_never_says_anything_else(data: st.DataObject) -> None:
    proof: Any = bundle("request:R-300", against=[note_of(256)])
    expected = discreet_verify.verify(proof, note_of(256), log_key().fingerprint)
    text = json.dumps(proof)
    at = data.draw(st.integers(0, len(text) - 1))
    character = data.draw(st.characters(min_codepoint=32, max_codepoint=126))
    try:
        changed = json.loads(text[:at] + character + text[at + 1 :])
        told = discreet_verify.verify(changed, note_of(256), log_key().fingerprint)
    except (ValueError, discreet_verify.RefusedProof):
        return
    assert [line for line in told if line[0] != "person"] == [
        line for line in expected if line[0] != "person"
    ]


@pytest.mark.parametrize("text", ["", "[]", "{}", "null", "[" * 5000, '{"format": "discreet.proof/1"}'])
def test_what_is_no_proof_is_refused(run: Run, text: str) -> None:
    refused = run(text, "--language", "en")
    assert refused.returncode == 1
    assert refused.stdout == "REFUSED. The file is not a proof of Discreet.\n"
    assert refused.stderr == ""


def test_an_escape_sequence_in_a_proof_does_not_reach_the_terminal() -> None:
    assert discreet_verify.say("en", "", "a\x1b[2Jb\x9bc") == "a\ufffd[2Jb\ufffdc"


@settings(max_examples=12, deadline=None)
@given(st.binary(min_size=32, max_size=32), st.binary(max_size=80), st.integers(0, 511))
def test_the_pure_ed25519_agrees_with_the_library(seed: bytes, message: bytes, bit: int) -> None:
    private = Ed25519PrivateKey.from_private_bytes(seed)
    public, signature = private.public_key().public_bytes_raw(), private.sign(message)
    assert discreet_verify.pure_verify(public, message, signature)
    flipped = (int.from_bytes(signature, "little") ^ (1 << bit)).to_bytes(64, "little")
    assert not discreet_verify.pure_verify(public, message, flipped)
    assert not discreet_verify.pure_verify(public, message + b"x", signature)


def test_the_pure_ed25519_refuses_a_malleable_signature() -> None:
    """RFC 8032 section 5.1.7: the scalar is below the order."""
    public, signature = FOREIGN.public_key().public_bytes_raw(), FOREIGN.sign(b"m")
    scalar = int.from_bytes(signature[32:], "little") + discreet_verify.ORDER
    assert not discreet_verify.pure_verify(public, b"m", signature[:32] + scalar.to_bytes(32, "little"))


def test_the_command_line_verifies_and_proves(tmp_path: Path, run: Run) -> None:
    out = tmp_path / "out.json"
    proven = CliRunner().invoke(ledger, ["prove", "--request", "R-702", "--out", str(out)])
    assert proven.exit_code == 0, proven.output
    assert run(out.read_text(), "--key", log_key().fingerprint).returncode == 3
    verified = CliRunner().invoke(ledger, ["verify"])
    assert (verified.exit_code, "Intact" in verified.output) == (0, True)
    assert str(log_key()) in CliRunner().invoke(ledger, ["key"]).output
    CliRunner().invoke(ledger, ["verifier", "--out", str(tmp_path / "check.py")])
    assert (tmp_path / "check.py").read_bytes() == verifier_file().read_bytes()


def test_the_command_line_says_what_is_wrong_and_fails(tamper: Tamper) -> None:
    receive(900, 1)
    tamper("UPDATE ledger_ledgerentry SET body = body || ' ' WHERE subject = 'request:R-9'")
    verified = CliRunner().invoke(ledger, ["verify", "--json"])
    assert verified.exit_code == 1
    found = json.loads(verified.output)
    assert found["intact"] is False
    assert {"fault": "entry_changed", "where": "9"} in found["findings"]


def test_the_command_line_speaks_chinese() -> None:
    with translation.override("zh-hans"):
        assert "完整" in CliRunner().invoke(ledger, ["verify"]).output
        assert all(gettext(text) != text for text in FAULTS.values())


def test_evidence_has_these_fields_and_no_other() -> None:
    proof = bundle("request:R-3")
    [entry] = proof["entries"]
    body = json.loads(entry["body"])
    assert list(body) == ["v", "act", "at", "subject", "actor", "facts", "persons", "nonce"]
    assert "p_3" not in entry["body"]
