#!/usr/bin/env python3
"""Check a proof of Discreet (守隐) on a machine without Discreet. Python 3.9 or newer; nothing to install.

    python3 discreet_verify.py PROOF.json [--key FINGERPRINT] [--checkpoint FILE] [--language en|zh]

It checks that every entry of the proof stands unchanged in the company's ledger (RFC 6962 inclusion), that
the ledger's state was signed (Ed25519, C2SP signed-note), and, given a checkpoint kept elsewhere, that the
ledger only grew since then (RFC 6962 consistency). A proof shows what stands in the ledger; it cannot show
that nothing is missing from the proof, so the first line names the outcome that it holds.

Exit code 0: verified, and for a request with its outcome. 1: refused. 2: wrong arguments. 3: every entry is
verified, but the proof of a request holds no outcome: it was made before the end, or the end was left out.

Compare FINGERPRINT with one obtained from the company by another way (its website, a letter): without it a
proof made up under another key looks the same.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import os
import re
import sys
from typing import Any

TEXTS = {
    "verified": (
        "VERIFIED. %s entries about %s stand in the ledger.",
        "验证通过。账本中有 %s 条关于 %s 的记录。",
    ),
    "outcome": (
        "VERIFIED. Outcome: %s. %s entries about %s stand in the ledger; entry %s is the outcome.",
        "验证通过。结果：%s。账本中有 %s 条关于 %s 的记录，其中记录 %s 为结果。",
    ),
    "outcome_left": (
        "VERIFIED. Outcome: %s; %s parts were not, or not fully, searched, %s of them hold or may hold personal data "
        "(%s sensitive data). %s entries about %s stand in the ledger; entry %s is the outcome.",
        "验证通过。结果：%s；有 %s 处未搜索或未完全搜索，其中 %s 处存有或可能存有个人信息"
        "（%s 处为敏感信息）。账本中有 %s 条关于 %s 的记录，其中记录 %s 为结果。",
    ),
    "outcome_left_old": (
        "VERIFIED. Outcome: %s; %s parts were not, or not fully, searched, at least %s of them hold or may hold "
        "personal data. %s entries about %s stand in the ledger; entry %s is the outcome.",
        "验证通过。结果：%s；有 %s 处未搜索或未完全搜索，其中至少 %s 处存有或可能存有个人信息。"
        "账本中有 %s 条关于 %s 的记录，其中记录 %s 为结果。",
    ),
    "outcome_batch": (
        "VERIFIED. Outcome: %s; what was not searched stands in the evidence of %s, not in this proof. "
        "%s entries about %s stand in the ledger; entry %s is the outcome.",
        "验证通过。结果：%s；未搜索的部分记于 %s 的证据中，不在此证明内。"
        "账本中有 %s 条关于 %s 的记录，其中记录 %s 为结果。",
    ),
    "outcome_again": (
        "VERIFIED FROM A TOMBSTONE. Outcome: %s, as noted outside the database on %s. The entries that showed it "
        "were lost when a backup was restored, and nothing was searched again. %s entries about %s stand in the "
        "ledger; entry %s is the outcome.",
        "依据墓碑验证通过。结果：%s（%s 记录于数据库之外）。恢复备份时，能表明该结果的记录已丢失，"
        "且未再次搜索。账本中有 %s 条关于 %s 的记录，其中记录 %s 为结果。",
    ),
    "so_far": (
        "VERIFIED SO FAR: no outcome in this proof. %s entries about %s stand in the ledger.",
        "仅部分验证：此证明中没有处理结果。账本中有 %s 条关于 %s 的记录。",
    ),
    "so_far_means": (
        "Ask the company for a newer proof: this one does not show that the request was carried out.",
        "请向该公司索取更新的证明：本证明不能表明该请求已处理完毕。",
    ),
    "refused": ("REFUSED. %s", "验证未通过。%s"),
    "key": ("Key fingerprint: %s", "密钥指纹：%s"),
    "key_matches": ("It is the fingerprint you gave.", "与您提供的指纹一致。"),
    "key_unknown": (
        "Not compared: ask the company for its fingerprint by another way and pass it with --key.",
        "尚未核对：请通过其他途径向该公司索取指纹，并用 --key 传入。",
    ),
    "tree": ("Ledger size %s, root %s", "账本大小 %s，根 %s"),
    "consistent": (
        "The ledger contains the checkpoint you kept (size %s) unchanged.",
        "账本完整包含您保存的检查点（大小 %s），未被改动。",
    ),
    "complete": (
        "This shows what stands in the ledger, not that nothing is missing from this file.",
        "本结果证明文件中的记录确在账本中，但不能证明文件没有遗漏其他记录。",
    ),
    "withheld": (
        "%s more entries stand in the ledger: what staff of the company did, without their names. What they say is "
        "not in this proof.",
        "另有 %s 条记录在账本中：公司员工的操作，未列出姓名，其内容不在此证明中。",
    ),
    "person": ("Entry %s is about the person %s.", "记录 %s 涉及人员 %s。"),
    "unreadable": ("The file is not a proof of Discreet.", "该文件不是守隐的证明文件。"),
    "checkpoint_unreadable": ("The checkpoint file cannot be read.", "无法读取检查点文件。"),
    "no_entries": ("The proof holds no entry.", "证明中没有任何记录。"),
    "other_key": (
        "It is signed with another key than the one you named.",
        "签名所用的密钥与您指定的密钥不同。",
    ),
    "signature": (
        "The signature under the ledger's state is wrong.",
        "账本状态的签名无效。",
    ),
    "entry": (
        "Entry %s is not in the signed ledger as it stands here.",
        "记录 %s 与已签名账本中的内容不符。",
    ),
    "subject": ("Entry %s is about something else.", "记录 %s 与所述事项无关。"),
    "commitment": (
        "The person named for entry %s is not the one recorded.",
        "记录 %s 所列人员与账本记载不符。",
    ),
    "elsewhere_signature": (
        "The checkpoint you kept is not signed with this proof's key.",
        "您保存的检查点不是用本证明的密钥签名的。",
    ),
    "elsewhere_incomparable": (
        "The proof cannot be compared with the checkpoint you kept; ask for a proof made against it.",
        "本证明无法与您保存的检查点对照；请索取针对该检查点生成的证明。",
    ),
    "fork": (
        "The ledger was rewritten: it does not contain the checkpoint you kept.",
        "账本已被改写：其中不包含您保存的检查点。",
    ),
}

# What an outcome says, and the acts that give a request its outcome.
OUTCOMES = {
    "erased": ("erased, nothing found again, nothing kept", "已删除，复查未发现残留，无保留"),
    "erased_except_kept": (
        "erased, except rows that stay: see “kept” in the entry",
        "已删除，保留的数据除外：见该记录中的 kept",
    ),
    "incomplete": ("INCOMPLETE, not everything was erased", "未完成，并非全部删除"),
    "corrected": ("corrected, every field read again", "已更正，已逐项复查"),
    "corrected_except": (
        "corrected, except fields that stay as they are: see “kept” in the entry",
        "已更正，保持原样的字段除外：见该记录中的 kept",
    ),
    "incomplete_correction": ("INCOMPLETE, not everything was corrected", "未完成，并非全部更正"),
    "delivered": ("a copy of the data was delivered", "已提供数据副本"),
    "refused": ("the request was refused", "请求被拒绝"),
    "cancelled": ("the request was withdrawn", "请求已撤回"),
}
# The same where only a tombstone tells it: nothing in the proof shows a search.
OUTCOMES_AGAIN = {
    **OUTCOMES,
    "erased": ("erased", "已删除"),
    "erased_except_kept": ("erased, except rows that stay", "已删除，保留的数据除外"),
}
# The same where something was not searched, or where the proof does not show whether all was.
OUTCOMES_LEFT = {
    **OUTCOMES,
    "erased": (
        "erased where the data map leads, nothing found again there",
        "数据地图可及之处已删除，已搜索范围内复查未发现残留",
    ),
    "erased_except_kept": (
        "erased where the data map leads, except rows that stay: see “kept” in the entry",
        "数据地图可及之处已删除，保留的数据除外：见该记录中的 kept",
    ),
}
# Parts that hold or may hold personal data, where an older entry does not say what they hold.
MAY_HOLD = {
    "no_link",
    "no_link_nor_value",
    "names_in_text",
    "free_text",
    "named_in_text",
    "reference_without_link",
}
FROM_TOMBSTONE = "rights.end_again"
OUTCOME_ACTS = {
    "rights.finish_erasure": None,  # None: the entry names it
    "rights.finish_search": None,
    "rights.finish_access": None,
    "rights.finish_correction": None,
    FROM_TOMBSTONE: None,
    "rights.refuse_request": "refused",
    "rights.cancel_request": "cancelled",
}


class RefusedProof(Exception):
    """Why a proof is refused: a key of TEXTS, and what stands in its %s."""

    def __init__(self, code: str, *parts: object) -> None:
        super().__init__(code, *parts)
        self.code = code
        self.parts = parts


# --- Ed25519 (RFC 8032), for machines without the package `cryptography` ---

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT_OF_MINUS_ONE = pow(2, (P - 1) // 4, P)


def add(p: Any, q: Any) -> Any:
    a, b = (p[1] - p[0]) * (q[1] - q[0]) % P, (p[1] + p[0]) * (q[1] + q[0]) % P
    c, d = 2 * p[3] * q[3] * D % P, 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return (e * f % P, g * h % P, f * g % P, e * h % P)


def times(scalar: int, point: Any) -> Any:
    result = (0, 1, 1, 0)
    while scalar:
        if scalar & 1:
            result = add(result, point)
        point, scalar = add(point, point), scalar >> 1
    return result


def decode_point(encoded: bytes) -> Any:
    y = int.from_bytes(encoded, "little")
    sign, y = y >> 255, y & ((1 << 255) - 1)
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT_OF_MINUS_ONE % P
    if (x * x - square) % P or (x == 0 and sign):
        return None
    if x & 1 != sign:
        x = P - x
    return (x, y, 1, x * y % P)


def encode_point(point: Any) -> bytes:
    inverse = pow(point[2], P - 2, P)
    x, y = point[0] * inverse % P, point[1] * inverse % P
    return bytes((y | (x & 1) << 255).to_bytes(32, "little"))


def pure_verify(public: bytes, message: bytes, signature: bytes) -> bool:
    key = decode_point(public) if len(public) == 32 else None
    scalar = int.from_bytes(signature[32:], "little")
    if key is None or len(signature) != 64 or scalar >= ORDER:
        return False
    digest = hashlib.sha512(signature[:32] + public + message).digest()
    challenge = int.from_bytes(digest, "little") % ORDER
    base_y = 4 * pow(5, P - 2, P) % P
    base = decode_point(base_y.to_bytes(32, "little"))
    minus_key = (P - key[0], key[1], 1, P - key[3])
    return encode_point(add(times(scalar, base), times(challenge, minus_key))) == signature[:32]


def ed25519_verify(public: bytes, message: bytes, signature: bytes) -> bool:
    try:
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    except ImportError:
        return pure_verify(public, message, signature)
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


# --- the tree (RFC 6962, RFC 9162) ---


def leaf_hash(body: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + body).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def is_included(leaf: bytes, index: int, size: int, proof: list[bytes], root: bytes) -> bool:
    if not 0 <= index < size:
        return False
    node, last, computed = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            return False
        if node & 1 or node == last:
            computed = node_hash(sibling, computed)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            computed = node_hash(computed, sibling)
        node, last = node >> 1, last >> 1
    return last == 0 and computed == root


def is_consistent(old_size: int, old_root: bytes, size: int, root: bytes, proof: list[bytes]) -> bool:
    if not 0 < old_size < size:
        return old_size == size and old_root == root and not proof
    path = ([old_root] if old_size & (old_size - 1) == 0 else []) + proof
    if not path:
        return False
    node, last = old_size - 1, size - 1
    while node & 1:
        node, last = node >> 1, last >> 1
    old_computed = computed = path[0]
    for sibling in path[1:]:
        if last == 0:
            return False
        if node & 1 or node == last:
            old_computed, computed = node_hash(sibling, old_computed), node_hash(sibling, computed)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            computed = node_hash(computed, sibling)
        node, last = node >> 1, last >> 1
    return last == 0 and old_computed == old_root and computed == root


# --- notes and checkpoints (C2SP signed-note, tlog-checkpoint) ---


def read_key(text: str) -> tuple[str, bytes, bytes]:
    """Return name, key id and the 32 bytes of a verifier key."""
    name, key_id, encoded = text.split("+", 2)
    raw = base64.b64decode(encoded, validate=True)
    expected = hashlib.sha256(name.encode() + b"\n" + raw).digest()[:4]
    if not name or len(raw) != 33 or raw[0] != 1 or key_id != expected.hex():
        raise ValueError("not a verifier key")
    return name, expected, raw[1:]


def open_checkpoint(note: str, key: tuple[str, bytes, bytes]) -> tuple[int, bytes] | None:
    """Return size and root, or nothing unless this key signed."""
    name, key_id, public = key
    text, separator, signatures = note.rpartition("\n\n")
    lines = text.split("\n")
    if not separator or len(lines) < 3 or lines[0] != name or not re.fullmatch("0|[1-9][0-9]*", lines[1]):
        return None
    verified = False
    for line in signatures.split("\n"):
        parts = line.split(" ")
        if len(parts) == 3 and parts[0] == "\u2014" and parts[1] == name:
            raw = base64.b64decode(parts[2], validate=True)
            if raw[:4] == key_id:
                if not ed25519_verify(public, (text + "\n").encode(), raw[4:]):
                    return None
                verified = True
    root = base64.b64decode(lines[2], validate=True)
    return (int(lines[1]), root) if verified and len(root) == 32 else None


# --- the proof ---


def verify(
    bundle: dict[str, Any], elsewhere: str | None = None, fingerprint: str | None = None
) -> list[tuple[Any, ...]]:
    """Return what was verified, as keys of TEXTS with their parts.

    Raises:
        RefusedProof: something does not hold.
    """
    try:
        if bundle["format"] != "discreet.proof/1":
            raise RefusedProof("unreadable")
        key = read_key(bundle["verifier_key"])
        found = hashlib.sha256(key[2]).hexdigest()
        if fingerprint is not None and cleaned(fingerprint) != found:
            raise RefusedProof("other_key")
        opened = open_checkpoint(bundle["checkpoint"], key)
        if opened is None:
            raise RefusedProof("signature")
        size, root = opened
        told = check_entries(bundle, size, root)
        if elsewhere is not None:
            told.append(("consistent", check_elsewhere(bundle, elsewhere, key, size, root)))
        told += [("tree", size, root.hex()), ("key", found)]
        told.append(("key_matches",) if fingerprint is not None else ("key_unknown",))
        return [*headline(bundle), *told, ("complete",)]
    except (KeyError, TypeError, ValueError, AttributeError, IndexError, RecursionError) as error:
        raise RefusedProof("unreadable") from error


def cleaned(fingerprint: str) -> str:
    return "".join(fingerprint.replace(":", "").split()).lower()


def headline(bundle: dict[str, Any]) -> list[tuple[Any, ...]]:
    """Return what the proof comes to. Its entries have been checked."""
    shown = [entry for entry in bundle["entries"] if "body" in entry]
    count, subject = len(shown), bundle["subject"]
    if not subject.startswith("request:"):
        return [("verified", count, subject)]
    for entry in sorted(shown, key=lambda one: int(one["index"]), reverse=True):
        body = json.loads(entry["body"])
        act = body["act"]
        outcome = OUTCOME_ACTS.get(act) or body["facts"].get("outcome")
        if act == FROM_TOMBSTONE and isinstance(outcome, str) and outcome:
            on = str(body["facts"].get("on", "?"))
            return [("outcome_again", outcome, on, count, subject, entry["index"] + 1)]
        if act == "rights.finish_correction" and outcome == "incomplete":
            outcome = "incomplete_correction"
        if act in OUTCOME_ACTS and isinstance(outcome, str) and outcome:
            return [ended(outcome, body["facts"].get("search"), (count, subject, entry["index"] + 1))]
    return [("so_far", count, subject), ("so_far_means",)]


def ended(outcome: str, search: Any, place: tuple[Any, ...]) -> tuple[Any, ...]:
    """Return an outcome with what the search afterwards left out."""
    told = search if isinstance(search, dict) else {}
    left = told.get("not_searched")
    if isinstance(left, list) and left:
        held = [one.get("holds") for one in left]
        if None in held:
            personal = sum(one.get("reason") in MAY_HOLD for one in left)
            return ("outcome_left_old", outcome, len(left), personal, *place)
        personal = sum(one != "none" for one in held)
        return ("outcome_left", outcome, len(left), personal, held.count("sensitive"), *place)
    if "batch" in told and "not_searched" not in told:
        return ("outcome_batch", outcome, str(told["batch"]), *place)
    return ("outcome", outcome, *place)


def number_of(index: Any) -> object:
    """Return an entry's number as people count, from 1; positions in the tree count from 0."""
    return index + 1 if type(index) is int else index


def check_entries(bundle: dict[str, Any], size: int, root: bytes) -> list[tuple[Any, ...]]:
    told: list[tuple[Any, ...]] = []
    if not bundle["entries"]:
        raise RefusedProof("no_entries")
    seen, withheld = set(), 0
    for entry in bundle["entries"]:
        index, text = entry["index"], entry.get("body")
        if type(index) is not int or index in seen:
            raise RefusedProof("entry", number_of(index))
        seen.add(index)
        proof = [bytes.fromhex(part) for part in entry["proof"]]
        leaf = bytes.fromhex(entry["leaf"]) if text is None else leaf_hash(text.encode())
        if not is_included(leaf, index, size, proof, root):
            raise RefusedProof("entry", index + 1)
        if text is None:
            withheld += 1
            continue
        body = json.loads(text)
        if body["subject"] != bundle["subject"]:
            raise RefusedProof("subject", index + 1)
        facts = json.dumps(body["facts"], ensure_ascii=False, sort_keys=True)
        told.append(("", f"  #{index + 1}  {body['at']}  {body['act']}  {body['actor']}  {facts}"))
        for person in entry.get("persons", []):
            opened = b"discreet person\x00" + bytes.fromhex(person["salt"]) + person["person_ref"].encode()
            if hashlib.sha256(opened).hexdigest() != body["persons"][person["position"]]:
                raise RefusedProof("commitment", index + 1)
            told.append(("person", index + 1, person["person_ref"]))
    if withheld:
        told.append(("withheld", withheld))
    return told


def check_elsewhere(
    bundle: dict[str, Any], note: str, key: tuple[str, bytes, bytes], size: int, root: bytes
) -> int:
    """Return the size of the checkpoint kept elsewhere, once the ledger is known to contain it."""
    try:
        opened = open_checkpoint(note, key)
    except ValueError:
        opened = None
    if opened is None:
        raise RefusedProof("elsewhere_signature")
    old_size, old_root = opened
    proofs = {one["size"]: one["proof"] for one in bundle["consistency"]}
    if old_size == size:
        proofs[size] = []
    if old_size not in proofs:
        raise RefusedProof("elsewhere_incomparable")
    proof = [bytes.fromhex(part) for part in proofs[old_size]]
    if not is_consistent(old_size, old_root, size, root, proof):
        raise RefusedProof("fork")
    return old_size


def say(language: str, code: str, *parts: object) -> str:
    tables = {"outcome": OUTCOMES, "outcome_again": OUTCOMES_AGAIN}
    known = tables.get(code, OUTCOMES_LEFT if code.startswith("outcome_") else {})
    if parts and parts[0] in known:
        parts = (known[str(parts[0])][language == "zh"], *parts[1:])
    text = TEXTS[code][language == "zh"] % parts if code else str(parts[0])
    return "".join(c if c.isprintable() else "\ufffd" for c in text)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Check a proof of Discreet.")
    parser.add_argument("proof", help="the proof, a JSON file")
    parser.add_argument("--key", help="the company's key fingerprint, obtained by another way")
    parser.add_argument("--checkpoint", help="a file with a checkpoint kept elsewhere")
    parser.add_argument("--language", choices=["en", "zh"])
    options = parser.parse_args(arguments)
    default = "zh" if os.environ.get("LC_ALL", os.environ.get("LANG", "")).startswith("zh") else "en"
    language = options.language or default
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8")
    try:
        told = verify(read_proof(options.proof), read_elsewhere(options.checkpoint), options.key)
    except RefusedProof as refusal:
        print(say(language, "refused", say(language, refusal.code, *refusal.parts)))
        return 1
    for code, *parts in told:
        print(say(language, code, *parts))
    return 3 if told[0][0] == "so_far" else 0


def read_proof(path: str) -> dict[str, Any]:
    try:
        with open(path, encoding="utf-8") as file:
            bundle = json.load(file)
    except (OSError, ValueError, RecursionError) as error:
        raise RefusedProof("unreadable") from error
    if not isinstance(bundle, dict):
        raise RefusedProof("unreadable")
    return bundle


def read_elsewhere(path: str | None) -> str | None:
    if path is None:
        return None
    try:
        with open(path, encoding="utf-8", newline="") as file:
            return file.read().strip("\r\n").replace("\r\n", "\n") + "\n"
    except (OSError, ValueError) as error:
        raise RefusedProof("checkpoint_unreadable") from error


if __name__ == "__main__":
    try:
        code = main()
        sys.stdout.flush()
    except BrokenPipeError:  # the reader wanted no more, as `| head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 141
    sys.exit(code)
