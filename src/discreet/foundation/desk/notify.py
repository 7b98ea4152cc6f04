"""Tell staff that something concerns them. Called by acts and by the acts of handlers.

An app names its kinds in its `navigation.py`:

    notify.register(NotificationKind(kind="datamap.new_personal", icon="sitemap",
                    text=gettext_noop("New personal columns in %(source)s: %(n)s")))

and an act, whose evidence covers it, tells:

    tell(now=now, kind="datamap.new_personal", subject="source:crm", roles=[Role.AGENT],
         params={"source": "crm", "n": 4}, url_name="datamap:source", url_args=("crm",))

Parameters are ids, names of a schema and counts: never a customer's data.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from discreet.foundation.desk.discovery import discover
from discreet.foundation.desk.models import Notification, NotificationTarget
from discreet.foundation.ledger.acts import current_act
from discreet.foundation.ledger.api import catalogue_facts
from discreet.vocabulary.actors import Role

MAX_SUBJECT = 200


@dataclass(frozen=True, slots=True)
class NotificationKind:
    """`text` is an English template marked with `gettext_noop`; its parameters come with each notification."""

    kind: str
    text: str
    icon: str = "bell"


_kinds: dict[str, NotificationKind] = {}


def register(kind: NotificationKind) -> None:
    """Name a kind of notification. Registering the same again changes nothing."""
    _kinds.setdefault(kind.kind, kind)


def kind_of(name: str) -> NotificationKind | None:
    """Return a registered kind, None for one whose app is gone."""
    discover()
    return _kinds.get(name)


def tell(
    *,
    now: datetime,
    kind: str,
    subject: str,
    roles: Collection[Role] = (),
    staff: Collection[str] = (),
    params: Mapping[str, str | int] | None = None,
    url_name: str = "",
    url_args: tuple[str, ...] = (),
    key: str = "",
) -> None:
    """Tell holders of `roles` and the accounts `staff`, with the running act; the same `key` is told once.

    Raises:
        OutsideAct: no act is running.
        ValueError: nobody is named, or the kind is not registered.
    """
    current_act()
    if not roles and not staff:
        raise ValueError("nobody to tell")
    if kind_of(kind) is None:
        raise ValueError(f"{kind} is not registered")
    if key and Notification.objects.filter(key=key).exists():
        return
    told = Notification.objects.create(
        key=key,
        kind=kind,
        subject=subject[:MAX_SUBJECT],
        params=catalogue_facts(params or {}),
        url_name=url_name,
        url_args=list(url_args),
        made_at=now,
    )
    targets = [NotificationTarget(notification=told, role=role.value) for role in dict.fromkeys(roles)]
    targets += [NotificationTarget(notification=told, staff=name) for name in dict.fromkeys(staff)]
    NotificationTarget.objects.bulk_create(targets)
