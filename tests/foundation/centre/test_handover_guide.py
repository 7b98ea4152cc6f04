"""The code of docs/guide/handover.md works as it stands: what it signs is taken."""

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from django.utils import timezone

from discreet.foundation.centre import handover
from discreet.foundation.centre.handover_tokens import Algorithm
from tests.foundation.centre.test_handover import ADMIN, BASE, CUSTOMER
from tests.house.reading import ROOT

pytestmark = [pytest.mark.django_db, pytest.mark.duty("M8.2")]
KEY = Ed25519PrivateKey.generate()
PRIVATE = KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
GUIDES = ["handover.md", "handover.zh.md"]


@pytest.fixture(autouse=True)
def site(db: None) -> None:
    handover.register_site(
        actor=ADMIN,
        now=timezone.now(),
        site_id="shop",
        name="Web shop",
        algorithm=Algorithm.EDDSA,
        public_key=KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode(),
        return_url="https://shop.example.com/account",
    )


def code(guide: str, language: str) -> str:
    text = (ROOT / "docs" / "guide" / guide).read_text(encoding="utf-8")
    (found,) = re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)
    return str(found)


def taken(token: str) -> tuple[str, str, str]:
    held = handover.verify_handover(actor=CUSTOMER, now=timezone.now(), token=token)
    return held.customer_number, held.email, held.kind


@pytest.mark.parametrize("guide", GUIDES)
def test_what_the_python_of_the_guide_signs_is_taken(guide: str) -> None:
    known: dict[str, Any] = {}
    exec(code(guide, "python"), known)
    customer = {"number": "C-1001", "email": "anna@example.com", "email_verified": True}
    page = known["handover_page"](customer, private_key=PRIVATE, site="shop", discreet=BASE, kind="erasure")
    assert f'action="{BASE}/privacy/handover/"' in page
    (token,) = re.findall(r'name="token" value="([^"]+)"', page)
    assert taken(token) == ("C-1001", "anna@example.com", "erasure")


@pytest.mark.parametrize("guide", GUIDES)
def test_the_javascript_of_the_guide_signs_what_is_taken(guide: str, tmp_path: Path) -> None:
    source = code(guide, "javascript")
    assert '"EdDSA"' in source and "sign(null, Buffer.from(body), privateKey)" in source
    node = shutil.which("node")
    if node is None:  # Discreet needs no Node: where there is none, the code is read above only
        return
    customer = {"number": "C-1001", "email": "anna@example.com", "emailVerified": True}
    given = {"privateKey": PRIVATE, "site": "shop", "discreet": BASE}
    call = f"console.log(handoverToken({json.dumps(customer)}, {json.dumps(given)}))"
    file = tmp_path / "sign.js"
    file.write_text(f"{source}\n{call}\n", encoding="utf-8")
    token = subprocess.run([node, str(file)], capture_output=True, text=True, check=True).stdout.strip()
    assert taken(token) == ("C-1001", "anna@example.com", "")
