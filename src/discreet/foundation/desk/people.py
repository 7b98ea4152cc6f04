"""Who acted, in words: the label of an actor in evidence, read as a person, as the customer or as Discreet."""

import re
from collections.abc import Iterable

from django.utils.translation import gettext

from discreet.foundation.desk.phrases import is_chinese
from discreet.foundation.staff.queries import MemberName, names_of
from discreet.foundation.staff.words import role_label
from discreet.vocabulary.actors import ActorKind, Role

_LABEL = re.compile(
    r"(?P<kind>\w+):(?P<name>.*?)(?: \(token (?P<token>.*)\)| \(shell user (?P<shell>.*)\))?", re.DOTALL
)


def actors_in_words(labels: Iterable[str]) -> dict[str, str]:
    """Return each label of an actor (`vocabulary.actors.Actor.label`) in words. Roles are those held now."""
    found = {label: read for label in labels if (read := _LABEL.fullmatch(label))}
    members = names_of({read["name"] for read in found.values()})
    return {label: _words(read, members) for label, read in found.items()}


def _words(read: re.Match[str], members: dict[str, MemberName]) -> str:
    if read["kind"] == ActorKind.CUSTOMER:
        return gettext("The customer")
    if read["kind"] == ActorKind.SYSTEM:
        return gettext("Discreet")
    person = _person(read["name"], members)
    if read["kind"] == ActorKind.API:
        return gettext("%(person)s, through the API token “%(token)s”") % {
            "person": person,
            "token": read["token"] or "",
        }
    if read["kind"] == ActorKind.SHELL and read["shell"]:
        return gettext("%(person)s, at the command line of %(user)s") % {
            "person": person,
            "user": read["shell"],
        }
    if read["kind"] == ActorKind.SHELL:
        return gettext("%(person)s, at the command line") % {"person": person}
    return person


def _person(name: str, members: dict[str, MemberName]) -> str:
    member = members.get(name)
    if member is None:
        return name
    roles = [role for role in Role if role in member.roles]
    if not roles:
        return member.name
    named = [gettext(role_label(role)) for role in roles if role is not Role.VIEWER or len(roles) == 1]
    listed = "、".join(named) if is_chinese() else ", ".join(named).lower()
    return gettext("%(name)s (%(roles)s)") % {"name": member.name, "roles": listed}
