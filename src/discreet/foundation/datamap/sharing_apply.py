"""Recipients and manual sources of a map file: what it names is stated, what it leaves out has ended."""

from datetime import datetime

from discreet.foundation.datamap import sharing_actions, sharing_queries
from discreet.foundation.datamap.mapfile import MapFile
from discreet.foundation.datamap.mapfile_refusals import SharingRefused
from discreet.foundation.desk.refusals import message_of
from discreet.vocabulary.actors import Actor
from discreet.vocabulary.errors import Refused


def store(document: MapFile, *, actor: Actor, now: datetime) -> None:
    """Make what is in force equal to the file, where it speaks of it. Called inside an act.

    Raises:
        SharingRefused: with the line of what is refused.
    """
    if document.recipients is not None:
        named = {part.facts.key for part in document.recipients}
        for part in document.recipients:
            try:
                sharing_actions.state_recipient(actor=actor, now=now, facts=part.facts)
            except Refused as refusal:
                raise SharingRefused(part.mark, key=part.facts.key, why=message_of(refusal)) from refusal
        for one in sharing_queries.recipients():
            if one.facts.key not in named:
                sharing_actions.end_recipient(actor=actor, now=now, key=one.facts.key)
    if document.manual_sources is not None:
        named = {part.facts.key for part in document.manual_sources}
        for manual in document.manual_sources:
            try:
                sharing_actions.state_manual_source(actor=actor, now=now, facts=manual.facts)
            except Refused as refusal:
                raise SharingRefused(manual.mark, key=manual.facts.key, why=message_of(refusal)) from refusal
        for found in sharing_queries.manual_sources():
            if found.facts.key not in named:
                sharing_actions.end_manual_source(actor=actor, now=now, key=found.facts.key)
