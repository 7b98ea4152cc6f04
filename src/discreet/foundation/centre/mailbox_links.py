"""A link in a mail that shows whoever reads the mailbox the codes of its other requests. It proves no request itself.

Three mails a day leave for one mailbox, and somebody else's forms may use them up. The link in any of them shows a
code for a later request, too: nobody is locked out, and no mail more is sent. It holds no address, only a keyed
digest, and ends by itself. Source: failure promises 13, 14, 16; docs/decisions/one-link-for-a-mailbox.md.
"""

import hmac
import re
from datetime import UTC, datetime, timedelta

from discreet.foundation.centre.refusals import MailboxLinkOver
from discreet.foundation.keys import api as keys
from discreet.vocabulary.normalise import normalise_email

#: Longer than the day after which a mailbox gets mails again: whoever gets none holds a link that lives.
LIVES = timedelta(hours=25)
_LINK = re.compile(r"e([0-9a-f]{8})\.([0-9a-f]{64})\.([0-9a-f]{64})")


def digest_of(address: str) -> str:
    """Return a keyed digest of one address: exact, for `a+b@` may be another person's than `a@`."""
    plain = normalise_email(address) or address.strip()
    return keys.hmac_company("centre.mailbox", plain.encode(errors="replace")).hex()


def link_token(address: str, *, now: datetime) -> str:
    """Return the token of a link that whoever reads this mailbox gets by mail."""
    ends, digest = f"{int((now + LIVES).timestamp()):08x}", digest_of(address)
    return f"e{ends}.{digest}.{_sealed(ends, digest)}"


def mailbox_of(token: str, *, now: datetime) -> str:
    """Return the digest of the mailbox that a link was mailed to.

    Raises:
        MailboxLinkOver: it is none of ours, or its time is over.
    """
    found = _LINK.fullmatch(token)
    if found is None or not hmac.compare_digest(_sealed(found[1], found[2]), found[3]):
        raise MailboxLinkOver
    if datetime.fromtimestamp(int(found[1], 16), tz=UTC) <= now:
        raise MailboxLinkOver
    return found[2]


def _sealed(ends: str, digest: str) -> str:
    return keys.hmac_company("centre.mailbox-link", f"{ends}\0{digest}".encode()).hex()
