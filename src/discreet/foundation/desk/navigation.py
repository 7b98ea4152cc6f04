"""The sidebar. An app registers its places in its own `navigation.py`.

register(NavItem(label=gettext_noop("Requests"), icon="user-check", url_name="rights:requests",
                 group=Group.CUSTOMERS, roles=ANY_STAFF, count=open_requests))
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from django.urls import NoReverseMatch, reverse

from discreet.foundation.desk import notify
from discreet.foundation.desk.actions import LEDGER_BROKEN
from discreet.foundation.desk.discovery import discover
from discreet.foundation.desk.texts import translated
from discreet.foundation.staff.permissions import ANY_STAFF
from discreet.vocabulary.actors import Actor, Role
from discreet.vocabulary.text import gettext_noop


class Group(StrEnum):
    """Where a place stands in the sidebar, in this order."""

    TOP = ""
    DATA = "Data"
    CUSTOMERS = "Customers"
    RISK = "Risk"
    GOVERNANCE = "Governance"


GROUP_LABELS = (
    gettext_noop("Data"),
    gettext_noop("Customers"),
    gettext_noop("Risk"),
    gettext_noop("Governance"),
)


@dataclass(frozen=True, slots=True)
class NavItem:
    """One place. `count` returns the open work there for this actor; 0 shows nothing."""

    label: str
    icon: str
    url_name: str
    group: Group
    roles: frozenset[Role] = ANY_STAFF
    count: Callable[[Actor], int] | None = None
    order: int = 50


@dataclass(frozen=True, slots=True)
class Place:
    label: str
    icon: str
    url: str
    count: int
    is_current: bool


@dataclass(frozen=True, slots=True)
class PlaceGroup:
    label: str
    places: tuple[Place, ...]


_items: dict[str, NavItem] = {}


def register(item: NavItem) -> None:
    """Add a place to the sidebar. Registering the same `url_name` again changes nothing."""
    _items.setdefault(item.url_name, item)


def places(*, actor: Actor, path: str) -> Sequence[PlaceGroup]:
    """Return the groups this actor may see, the place that `path` lies in marked as current."""
    discover()
    seen = [(item, url) for item in _items.values() if item.roles & actor.roles for url in _url(item)]
    home = reverse("desk:home")
    current = max((url for _, url in seen if path.startswith(url)), key=len, default="")
    if current == home != path:
        current = ""
    groups = []
    for group in Group:
        members = sorted((pair for pair in seen if pair[0].group is group), key=lambda pair: pair[0].order)
        if members:
            groups.append(
                PlaceGroup(
                    label=translated(group.value),
                    places=tuple(
                        Place(
                            label=translated(item.label),
                            icon=item.icon,
                            url=url,
                            count=item.count(actor) if item.count else 0,
                            is_current=url == current,
                        )
                        for item, url in members
                    ),
                )
            )
    return groups


def _url(item: NavItem) -> Sequence[str]:
    """Return the address of the place, or nothing where this installation serves the desk without it."""
    try:
        return (reverse(item.url_name),)
    except NoReverseMatch:
        return ()


register(NavItem(label=gettext_noop("Home"), icon="home", url_name="desk:home", group=Group.TOP, order=0))
register(NavItem(label=gettext_noop("My work"), icon="inbox", url_name="desk:work", group=Group.TOP, order=1))
register(
    NavItem(
        label=gettext_noop("Deadlines"), icon="calendar", url_name="desk:calendar", group=Group.TOP, order=2
    )
)
register(
    NavItem(
        label=gettext_noop("Reports"),
        icon="file-text",
        url_name="desk:reports",
        group=Group.GOVERNANCE,
        order=80,
    )
)
register(
    NavItem(
        label=gettext_noop("Ledger"),
        icon="binary-tree",
        url_name="desk:ledger",
        group=Group.GOVERNANCE,
        order=90,
    )
)
notify.register(
    notify.NotificationKind(
        kind=LEDGER_BROKEN,
        text=gettext_noop("The ledger does not verify: %(n)s findings. Stop and call security."),
        icon="alert-octagon",
    )
)
