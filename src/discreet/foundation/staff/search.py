"""What the desk's search finds of accounts, and of a person's own settings."""

from collections.abc import Sequence

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext

from discreet.foundation.desk.search import MAX_HITS, Area, Hit, Words, register
from discreet.foundation.staff.models import StaffMember
from discreet.foundation.staff.navigation import READERS
from discreet.foundation.staff.permissions import roles_of
from discreet.foundation.staff.words import role_label
from discreet.vocabulary.actors import Actor
from discreet.vocabulary.text import gettext_noop

#: Name, other words for it, address and icon of what a person sets for themselves.
SETTINGS = (
    (gettext_noop("Change password"), "passphrase 密码", "account_change_password", "key"),
    (gettext_noop("Second factor"), "mfa totp 2fa passkey 两步验证 通行密钥", "mfa_index", "device-mobile"),
    (gettext_noop("Passkeys"), "webauthn fido second factor 通行密钥", "mfa_list_webauthn", "fingerprint"),
    (gettext_noop("Recovery codes"), "second factor backup 恢复码", "mfa_view_recovery_codes", "key"),
)


def find_accounts(actor: Actor, words: Words) -> Sequence[Hit]:
    """Return accounts by the name to sign in with or the person's name."""
    found = StaffMember.objects.all()
    for part in words.parts:
        found = found.filter(
            Q(username__icontains=part) | Q(first_name__icontains=part) | Q(last_name__icontains=part)
        )
    return [
        Hit(
            title=member.get_full_name() or member.username,
            detail=" · ".join(
                (member.username, *(gettext(role_label(one)) for one in sorted(roles_of(member))))
            ),
            url=reverse("staff:member", args=[member.username]),
            icon="user",
            rank=rank,
        )
        for member in found.order_by("username")[:MAX_HITS]
        for rank in [words.rank(member.username, member.get_full_name())]
        if rank is not None
    ]


def find_settings(actor: Actor, words: Words) -> Sequence[Hit]:
    """Return what a person sets for themselves."""
    return [
        Hit(title=gettext(label), detail=gettext("Your account"), url=reverse(url_name), icon=icon, rank=rank)
        for label, others, url_name, icon in SETTINGS
        for rank in [words.rank(gettext(label), label, others)]
        if rank is not None
    ]


register(
    Area(id="staff.accounts", label=gettext_noop("Accounts"), find=find_accounts, roles=READERS, order=70)
)
register(Area(id="staff.settings", label=gettext_noop("Settings"), find=find_settings, order=80))
