"""How a request is found by the person who made it: keyed digests of the contacts it was opened with.

The contacts stay sealed; a digest tells nothing without the company's key, and goes when the case expires.
"""

from discreet.engines.subjects.identity import Identity
from discreet.foundation.keys import api as keys
from discreet.foundation.organisation.queries import profile
from discreet.mechanisms.rights.opening.given import is_phone
from discreet.vocabulary.normalise import normalise_email, normalise_phone, phone_digits

_PURPOSE = "rights.contact"
MAX_LENGTH = 320


def digests_of(claim: Identity, *, phone_region: str) -> dict[str, str]:
    """Return the digests to keep beside a request, "" where the claim has no such contact."""
    email = normalise_email(claim.email)
    phone = normalise_phone(claim.phone, region=claim.region or phone_region or None)
    if phone is None and claim.phone:
        phone = phone_digits(claim.phone)
    return {
        "email_digest": _digest("email", email) if email else "",
        "phone_digest": _digest("phone", phone) if phone else "",
    }


def home_region() -> str:
    """Return where a phone number without country code is read to be from."""
    return profile().phone_region


def searched_for(words: str) -> dict[str, list[str]]:
    """Return under which digests the contact that staff typed may be kept, by field; empty where it is none."""
    email = normalise_email(words) if len(words) <= MAX_LENGTH else None
    if email:
        return {"email_digest": [_digest("email", email)]}
    if not is_phone(words):
        return {}
    spelled = {phone_digits(words), normalise_phone(words, region=home_region() or None)} - {None, ""}
    return {"phone_digest": [_digest("phone", one) for one in spelled if one]}


def is_contact(words: str) -> bool:
    """Say whether the words are somebody's e-mail address or phone number, which no address line may carry."""
    return normalise_email(words) is not None or is_phone(words)


def _digest(kind: str, text: str) -> str:
    return keys.hmac_company(_PURPOSE, f"{kind}\0{text}".encode(errors="replace")).hex()
