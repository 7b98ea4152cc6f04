"""A site's hand-over proves who asks, once and for minutes; anything else that looks like one is refused."""

import base64
import hashlib
import hmac
import json
from datetime import datetime, timedelta
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from django.test import Client
from django.utils import timezone

from discreet.foundation.centre import handover
from discreet.foundation.centre.handover_queries import sites
from discreet.foundation.centre.handover_refusals import (
    HandoverNobody,
    HandoverOver,
    HandoverTooOld,
    HandoverUnreadable,
    HandoverUsed,
    SiteAddressBad,
    SiteKeyBad,
    SiteKeyPrivate,
    SiteKnown,
    SiteNameBad,
    SitesNotYours,
    UnknownSite,
)
from discreet.foundation.centre.handover_tokens import Algorithm
from discreet.foundation.centre.models import Handover, HandoverSite
from discreet.foundation.ledger.queries import entries_for
from discreet.vocabulary.actors import Actor, ActorKind, Role
from discreet.vocabulary.errors import Refused
from tests.foundation.cases.conftest import AGENT, NOW

pytestmark = [pytest.mark.django_db, pytest.mark.duty("M8.2"), pytest.mark.promise(16)]
ADMIN = Actor(kind=ActorKind.STAFF, name="ada", roles=frozenset({Role.ADMINISTRATOR}))
CUSTOMER = Actor(kind=ActorKind.CUSTOMER, name="customer")
BASE = "http://localhost:8000"
ED, EC = Ed25519PrivateKey.generate(), ec.generate_private_key(ec.SECP256R1())
RSA = rsa.generate_private_key(public_exponent=65537, key_size=2048)
Key = Ed25519PrivateKey | ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


def pem(key: Key) -> str:
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def registered(
    algorithm: Algorithm = Algorithm.EDDSA, *, key: str = "", site_id: str = "shop", actor: Actor = ADMIN
) -> str:
    return handover.register_site(
        actor=actor,
        now=NOW,
        site_id=site_id,
        name="Web shop",
        algorithm=algorithm,
        public_key=key or ("" if algorithm is Algorithm.HS256 else pem(ED)),
        return_url="https://shop.example.com/account",
    )


def claims(now: datetime = NOW, **changes: object) -> dict[str, Any]:
    at = int(now.timestamp())
    values = {
        "iss": "shop",
        "aud": BASE,
        "sub": "C-1001",
        "email": "anna@example.com",
        "email_verified": True,
        "iat": at,
        "exp": at + 120,
        "jti": "jti-0123456789",
    } | changes
    return {name: value for name, value in values.items() if value is not None}


def signed(now: datetime = NOW, **changes: object) -> str:
    """Return a token, also of claims that a library would refuse to sign."""
    return jwt.PyJWS().encode(json.dumps(claims(now, **changes)).encode(), ED, algorithm="EdDSA")


def take(token: str, *, now: datetime = NOW) -> handover.HandedOver:
    return handover.verify_handover(actor=CUSTOMER, now=now, token=token)


def forged(header: dict[str, object], payload: object, signature: bytes = b"") -> str:
    def part(value: bytes) -> str:
        return base64.urlsafe_b64encode(value).rstrip(b"=").decode()

    start = f"{part(json.dumps(header).encode())}.{part(json.dumps(payload).encode())}"
    return f"{start}.{part(signature)}"


@pytest.mark.parametrize("algorithm", list(Algorithm))
def test_a_signed_in_customer_is_known_for_a_short_visit(algorithm: Algorithm) -> None:
    key: Any = {Algorithm.EDDSA: ED, Algorithm.ES256: EC, Algorithm.HS256: None}[algorithm]
    secret = registered(algorithm, key=pem(key) if key else "")
    assert bool(secret) is (algorithm is Algorithm.HS256)
    held = take(jwt.encode(claims(kind="erasure", locale="zh-CN"), key or secret, algorithm=algorithm.value))
    assert (held.customer_number, held.email, held.kind, held.language) == (
        "C-1001",
        "anna@example.com",
        "erasure",
        "zh-hans",
    )
    waiting = handover.waiting(token=held.token, now=NOW + timedelta(minutes=19))
    assert waiting is not None and waiting.customer_number == "C-1001"
    assert handover.waiting(token=held.token, now=NOW + timedelta(minutes=20)) is None
    entries = str([entry.facts for entry in entries_for("site:shop")])
    assert "centre.verify_handover" in {entry.act for entry in entries_for("site:shop")}
    assert "C-1001" not in entries and "anna" not in entries


def test_a_key_may_be_given_as_jwk() -> None:
    jwk = json.dumps(jwt.algorithms.OKPAlgorithm.to_jwk(ED.public_key(), as_dict=True))
    registered(key=jwk)
    assert take(signed()).site == "Web shop"


def test_a_token_works_once_and_again_only_when_nobody_would_take_it() -> None:
    registered()
    token = signed()
    take(token)
    for later in (timedelta(0), timedelta(minutes=2, seconds=59)):
        with pytest.raises(HandoverUsed):
            take(token, now=NOW + later)
    assert handover.expire_once(NOW + timedelta(minutes=2, seconds=59)) == 0
    assert handover.expire_once(NOW + timedelta(minutes=21)) == 1
    with pytest.raises(HandoverTooOld):
        take(token, now=NOW + timedelta(minutes=21))


def test_a_contact_point_counts_only_where_the_site_says_that_it_is_verified() -> None:
    registered()
    held = take(signed(email_verified="true", phone_number="+4915112345678", phone_number_verified=False))
    assert (held.email, held.phone, held.customer_number) == ("", "", "C-1001")
    with pytest.raises(HandoverNobody):
        take(signed(sub=None, email_verified=None, jti="jti-another-one"))


HMAC_BY_PUBLIC_KEY = forged({"alg": "HS256"}, claims())
REFUSED: list[tuple[str, type[Refused]]] = [
    (forged({"alg": "none"}, claims()), HandoverUnreadable),
    (forged({"alg": "none"}, claims(), b"x"), HandoverUnreadable),
    (jwt.encode(claims(), EC, algorithm="ES256"), HandoverUnreadable),
    (jwt.encode(claims(), RSA, algorithm="RS256"), HandoverUnreadable),
    (jwt.encode(claims(), Ed25519PrivateKey.generate(), algorithm="EdDSA"), HandoverUnreadable),
    (jwt.encode(claims(), ED, algorithm="EdDSA", headers={"crit": ["exp"]}), HandoverUnreadable),
    (signed()[:-6] + "AAAAAA", HandoverUnreadable),
    (signed(aud="https://elsewhere.example"), HandoverUnreadable),
    (signed(aud=[BASE, "https://elsewhere.example"]), HandoverUnreadable),
    (signed(aud=None), HandoverUnreadable),
    (signed(iss="other"), HandoverUnreadable),
    (signed(iss="../shop"), HandoverUnreadable),
    (signed(iss=["shop"]), HandoverUnreadable),
    (signed(exp=None), HandoverUnreadable),
    (signed(iat=None), HandoverUnreadable),
    (signed(jti=None), HandoverUnreadable),
    (signed(jti="short"), HandoverUnreadable),
    (signed(exp="soon"), HandoverUnreadable),
    (signed(exp=10**30), HandoverUnreadable),
    (signed(iat=True), HandoverUnreadable),
    (signed(extra="x" * 5000), HandoverUnreadable),
    ("", HandoverUnreadable),
    ("a.b", HandoverUnreadable),
    ("a.b.c.d.e", HandoverUnreadable),
    (signed() + "\n", HandoverUnreadable),
    (forged({"alg": "EdDSA"}, "text"), HandoverUnreadable),
    (forged({"alg": "EdDSA"}, [[[]]]), HandoverUnreadable),
    (signed(NOW - timedelta(minutes=4)), HandoverTooOld),
    (signed(NOW + timedelta(minutes=2)), HandoverTooOld),
    (signed(exp=int(NOW.timestamp()) + 301), HandoverTooOld),
    (signed(exp=int(NOW.timestamp()) - 1), HandoverTooOld),
    (signed(sub="", email=None), HandoverNobody),
    (signed(sub="x" * 400, email=None), HandoverNobody),
    (signed(sub=7, email=None), HandoverNobody),
]


@pytest.mark.parametrize(("token", "refusal"), REFUSED, ids=map(str, range(len(REFUSED))))
def test_what_the_site_did_not_sign_for_us_just_now_is_refused(token: str, refusal: type[Refused]) -> None:
    registered()
    with pytest.raises(refusal):
        take(token)
    assert not Handover.objects.exists()


def test_a_public_key_is_no_secret_to_sign_with() -> None:
    registered()
    body = HMAC_BY_PUBLIC_KEY.rpartition(".")[0]
    for key in (pem(ED).encode(), pem(ED).strip().encode()):
        mark = hmac.new(key, body.encode(), hashlib.sha256).digest()
        with pytest.raises(HandoverUnreadable):
            take(f"{body}.{base64.urlsafe_b64encode(mark).rstrip(b'=').decode()}")


def test_clocks_that_differ_by_less_than_a_minute_do_no_harm() -> None:
    registered()
    take(signed(NOW + timedelta(seconds=59), jti="ahead-of-ours"))
    take(signed(NOW - timedelta(seconds=179), jti="behind-ours-1"))
    assert Handover.objects.count() == 2


def test_one_site_cannot_speak_for_another() -> None:
    registered()
    registered(key=pem(Ed25519PrivateKey.generate()), site_id="forum")
    with pytest.raises(HandoverUnreadable):
        take(signed(iss="forum"))


def test_a_revoked_site_hands_nobody_over_and_its_visits_end() -> None:
    registered()
    held = take(signed())
    handover.revoke_site(actor=ADMIN, now=NOW, site_id="shop")
    assert handover.waiting(token=held.token, now=NOW) is None
    with pytest.raises(HandoverOver):
        handover.use_handover(actor=CUSTOMER, now=NOW, token=held.token, number="R-1", subject="request:R-1")
    with pytest.raises(HandoverUnreadable):
        take(signed(jti="jti-after-revoking"))
    with pytest.raises(UnknownSite):
        handover.revoke_site(actor=ADMIN, now=NOW, site_id="shop")
    assert [site.revoked_at for site in sites()] == [NOW]
    assert not Handover.objects.exclude(sealed=b"").exists()


def test_who_came_lies_sealed_and_goes_with_the_visit() -> None:
    registered()
    held = take(signed())
    stored = bytes(Handover.objects.get().sealed)
    assert stored and b"C-1001" not in stored and b"anna" not in stored
    handover.end_handover(actor=CUSTOMER, now=NOW, token=held.token)
    assert bytes(Handover.objects.get().sealed) == b"", "the mark against a second use stays, the person goes"
    with pytest.raises(HandoverUsed):
        take(signed())


def test_a_shared_secret_is_never_stored_in_clear() -> None:
    secret = registered(Algorithm.HS256)
    assert len(secret) >= 43 and secret.encode() not in bytes(HandoverSite.objects.get().secret_sealed)


PRIVATE = ED.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"actor": AGENT}, SitesNotYours),
        ({"site_id": "Shop!"}, SiteNameBad),
        ({"site_id": "s"}, SiteNameBad),
        ({"name": "  "}, SiteNameBad),
        ({"return_url": "javascript:alert(1)"}, SiteAddressBad),
        ({"return_url": "http://shop.example.com/"}, SiteAddressBad),
        ({"return_url": "https://a:b@shop.example.com/"}, SiteAddressBad),
        ({"return_url": "https://shop.example.com:99999/"}, SiteAddressBad),
        ({"public_key": PRIVATE}, SiteKeyPrivate),
        ({"public_key": '{"kty":"OKP","crv":"Ed25519","x":"AA","d":"AA"}'}, SiteKeyPrivate),
        ({"public_key": '{"kty":"oct","k":"AAAA"}'}, SiteKeyPrivate),
        ({"public_key": ""}, SiteKeyBad),
        ({"public_key": "{"}, SiteKeyBad),
        ({"public_key": "[]"}, SiteKeyBad),
        ({"public_key": pem(EC)}, SiteKeyBad),
        ({"public_key": pem(RSA)}, SiteKeyBad),
        ({"public_key": pem(ED), "algorithm": Algorithm.ES256}, SiteKeyBad),
        (
            {"public_key": pem(ec.generate_private_key(ec.SECP384R1())), "algorithm": Algorithm.ES256},
            SiteKeyBad,
        ),
    ],
    ids=map(str, range(18)),
)
def test_a_site_that_could_not_be_trusted_is_not_registered(
    changes: dict[str, Any], refusal: type[Refused]
) -> None:
    values: dict[str, Any] = {
        "actor": ADMIN,
        "now": NOW,
        "site_id": "shop",
        "name": "Web shop",
        "algorithm": Algorithm.EDDSA,
        "public_key": pem(ED),
        "return_url": "https://shop.example.com/account",
    }
    with pytest.raises(refusal):
        handover.register_site(**(values | changes))
    assert not HandoverSite.objects.exists()


def test_a_short_name_is_never_given_twice() -> None:
    registered()
    handover.revoke_site(actor=ADMIN, now=NOW, site_id="shop")
    with pytest.raises(SiteKnown):
        registered(key=pem(Ed25519PrivateKey.generate()))


def test_the_door_takes_a_form_from_another_site_and_keeps_a_cookie_that_names_nobody() -> None:
    registered()
    now = timezone.now()
    client = Client(enforce_csrf_checks=True)
    answer = client.post("/privacy/handover/", {"token": signed(now), "language": "zh-CN"})
    assert answer.status_code == 303 and answer["Location"] == "/privacy/handover/"
    cookie = answer.cookies["discreet_handover"]
    assert cookie["httponly"] and cookie["samesite"] == "Lax" and cookie["path"] == "/privacy/"
    assert "C-1001" not in cookie.value and "anna" not in cookie.value
    page = client.get("/privacy/handover/").content.decode()
    assert "Web shop" in page and "a•••@•••••.com" in page and "anna@example.com" not in page
    assert 'lang="zh-Hans"' in page
    client.post("/privacy/handover/not-me/", {"csrfmiddlewaretoken": "x"})
    assert "Web shop" in client.get("/privacy/handover/").content.decode(), "no other site may end a visit"


def test_a_visitor_may_say_that_it_is_somebody_else() -> None:
    registered()
    client = Client()
    client.post("/privacy/handover/", {"token": signed(timezone.now())})
    client.post("/privacy/handover/not-me/")
    assert "Web shop" not in client.get("/privacy/handover/").content.decode()
    assert not Handover.objects.exclude(sealed=b"").exists()


@pytest.mark.parametrize(("language", "words"), [("en", "works once"), ("zh", "只能用一次")])
def test_a_refusal_is_read_in_the_readers_language_with_what_to_do(language: str, words: str) -> None:
    registered()
    token = signed(timezone.now())
    Client().post("/privacy/handover/", {"token": token})
    answer = Client().post("/privacy/handover/", {"token": token, "language": language})
    assert answer.status_code == 400
    assert words in answer.content.decode()
    assert "discreet_handover" not in answer.cookies


def test_guesses_at_the_door_are_limited() -> None:
    registered()
    client = Client()
    answers = [client.post("/privacy/handover/", {"token": "a.b.c"}).status_code for _ in range(62)]
    assert answers[:60] == [400] * 60 and answers[-1] == 429
