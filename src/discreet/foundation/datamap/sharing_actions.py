"""The only writer of recipients and manual sources. Evidence under `recipient:KEY` and `manual_source:KEY`.

A change never writes over what was stated: it is the next version. Evidence names no address and no account.
"""

import re
from dataclasses import replace
from datetime import datetime
from typing import Any

from discreet.engines.subjects.graph import TableRef
from discreet.foundation.datamap import sharing_refusals as refusals
from discreet.foundation.datamap.models import DataTable, ManualSource, Recipient
from discreet.foundation.datamap.refusals import UnknownCategory
from discreet.foundation.datamap.sharing import MOST_DAYS, Contact, ManualSourceFacts, RecipientFacts
from discreet.foundation.datamap.sharing_queries import manual_view, recipient_view
from discreet.foundation.ledger.acts import act
from discreet.foundation.ledger.api import Json, catalogue_facts, record
from discreet.foundation.mail.rules import is_deliverable
from discreet.foundation.staff import queries as staff
from discreet.vocabulary.actors import Actor, Role
from discreet.vocabulary.categories import CATEGORIES
from discreet.vocabulary.countries import COUNTRIES

_KEY = re.compile(r"[a-z][a-z0-9-]{1,39}")
TELLERS = frozenset({Role.AGENT, Role.ADMINISTRATOR})


@act("datamap.state_recipient")
def state_recipient(*, actor: Actor, now: datetime, facts: RecipientFacts, is_new: bool | None = None) -> int:
    """State who receives what, and how it is told; return the version. What is stated already stays as it is.

    `is_new`: whether the key must be free (True) or in force (False).

    Raises:
        BadKey, NameMissing, CannotBeTold, NobodyAnswers, UnknownPlace, UnknownCategory, UnknownCountry, BadDays
        KeyTaken, UnknownRecipient
    """
    facts = _tidy(facts)
    _refuse_recipient(facts)
    last = Recipient.objects.select_for_update().filter(key=facts.key).order_by("-version").first()
    is_in_force = last is not None and not last.is_ended
    if is_new is True and last is not None:
        raise refusals.KeyTaken(key=facts.key)
    if is_new is False and not is_in_force:
        raise refusals.UnknownRecipient(key=facts.key[:40])
    number = 1 if last is None else last.version + 1
    if is_in_force and last is not None and recipient_view(last).facts == facts:
        number = last.version
    else:
        Recipient.objects.create(
            **_row(facts), version=number, valid_from=now, stated_by=actor.label, is_ended=False
        )
    said: dict[str, Json] = {
        "version": number,
        "kind": facts.kind.value,
        "contact": facts.contact.value,
        "tables": [str(table) for table in facts.tables],
        "categories": list(facts.categories),
    }
    record(actor=actor, now=now, subject=f"recipient:{facts.key}", facts=catalogue_facts(said))
    return number


@act("datamap.end_recipient")
def end_recipient(*, actor: Actor, now: datetime, key: str) -> None:
    """State that a recipient holds nothing any more: it is told of nothing from now on.

    Raises:
        UnknownRecipient: there is none in force.
    """
    last = Recipient.objects.select_for_update().filter(key=key[:40]).order_by("-version").first()
    if last is None or last.is_ended:
        raise refusals.UnknownRecipient(key=key[:40])
    row = _row(recipient_view(last).facts)
    Recipient.objects.create(
        **row, version=last.version + 1, valid_from=now, stated_by=actor.label, is_ended=True
    )
    record(
        actor=actor, now=now, subject=f"recipient:{key}", facts={"version": last.version + 1, "ended": True}
    )


@act("datamap.state_manual_source")
def state_manual_source(
    *, actor: Actor, now: datetime, facts: ManualSourceFacts, is_new: bool | None = None
) -> int:
    """State a place that no program reads, and who answers for it; return the version.

    Raises:
        BadKey, NameMissing, NobodyAnswers, UnknownCategory, BadDays, KeyTaken, UnknownManualSource
    """
    facts = replace(facts, name_en=facts.name_en.strip(), name_zh=facts.name_zh.strip())
    _refuse_named(facts.key, facts.name_en, facts.name_zh, facts.categories)
    _refuse_days(facts.answer_days)
    _refuse_account(facts.assignee, roles=None)
    last = ManualSource.objects.select_for_update().filter(key=facts.key).order_by("-version").first()
    is_in_force = last is not None and not last.is_ended
    if is_new is True and last is not None:
        raise refusals.KeyTaken(key=facts.key)
    if is_new is False and not is_in_force:
        raise refusals.UnknownManualSource(key=facts.key[:40])
    number = 1 if last is None else last.version + 1
    if is_in_force and last is not None and manual_view(last).facts == facts:
        number = last.version
    else:
        ManualSource.objects.create(
            **_manual_row(facts), version=number, valid_from=now, stated_by=actor.label, is_ended=False
        )
    said: dict[str, Json] = {
        "version": number,
        "categories": list(facts.categories),
        "answer_days": facts.answer_days,
    }
    record(actor=actor, now=now, subject=f"manual_source:{facts.key}", facts=said)
    return number


@act("datamap.end_manual_source")
def end_manual_source(*, actor: Actor, now: datetime, key: str) -> None:
    """State that a manual source is no more, or is read by Discreet now: nobody is asked any more.

    Raises:
        UnknownManualSource: there is none in force.
    """
    last = ManualSource.objects.select_for_update().filter(key=key[:40]).order_by("-version").first()
    if last is None or last.is_ended:
        raise refusals.UnknownManualSource(key=key[:40])
    row = _manual_row(manual_view(last).facts)
    ManualSource.objects.create(
        **row, version=last.version + 1, valid_from=now, stated_by=actor.label, is_ended=True
    )
    facts: dict[str, Json] = {"version": last.version + 1, "ended": True}
    record(actor=actor, now=now, subject=f"manual_source:{key}", facts=facts)


def _tidy(facts: RecipientFacts) -> RecipientFacts:
    """Return the facts in one form, with the way of telling that they do not use left out."""
    return replace(
        facts,
        name_en=facts.name_en.strip(),
        name_zh=facts.name_zh.strip(),
        address=facts.address.strip() if facts.contact is Contact.MAIL else "",
        subscription=facts.subscription.strip() if facts.contact is Contact.CALL else "",
        country=facts.country.strip().upper(),
        tables=tuple(sorted(set(facts.tables))),
        categories=tuple(sorted(set(facts.categories))),
    )


def _refuse_recipient(facts: RecipientFacts) -> None:
    _refuse_named(facts.key, facts.name_en, facts.name_zh, facts.categories)
    _refuse_days(facts.remind_days)
    if facts.since_date and facts.until_date and facts.until_date < facts.since_date:
        raise refusals.BadDays
    if facts.country and facts.country not in COUNTRIES:
        raise refusals.UnknownCountry(country=facts.country[:8])
    if facts.contact is Contact.MAIL and not is_deliverable(facts.address):
        raise refusals.CannotBeTold
    if facts.contact is Contact.CALL and not facts.subscription:
        raise refusals.CannotBeTold
    if facts.contact is Contact.TASK and not facts.assignee:
        raise refusals.CannotBeTold
    if facts.assignee:
        _refuse_account(facts.assignee, roles=TELLERS)
    for table in facts.tables:
        _refuse_place(table)


def _refuse_named(key: str, name_en: str, name_zh: str, categories: tuple[str, ...]) -> None:
    if _KEY.fullmatch(key) is None:
        raise refusals.BadKey
    if not 0 < len(name_en) <= 120 or not 0 < len(name_zh) <= 120:
        raise refusals.NameMissing
    for category in categories:
        if category not in CATEGORIES or not CATEGORIES[category].is_personal:
            raise UnknownCategory(category=category[:63])


def _refuse_days(days: int) -> None:
    if not 1 <= days <= MOST_DAYS:
        raise refusals.BadDays


def _refuse_account(name: str, *, roles: frozenset[Role] | None) -> None:
    for one in staff.members():
        if one.username == name and one.is_active and (roles is None or one.roles & roles):
            return
    raise refusals.NobodyAnswers(name=name[:150])


def _refuse_place(table: TableRef) -> None:
    if not DataTable.objects.filter(
        source=table.source, schema=table.schema, name=table.table, is_gone=False
    ).exists():
        raise refusals.UnknownPlace(table=str(table)[:200])


def _row(facts: RecipientFacts) -> dict[str, Any]:
    return {
        "key": facts.key,
        "name_en": facts.name_en,
        "name_zh": facts.name_zh,
        "kind": facts.kind.value,
        "contact": facts.contact.value,
        "reference": facts.reference.value,
        "address": facts.address,
        "subscription": facts.subscription,
        "assignee": facts.assignee,
        "language": facts.language,
        "country": facts.country,
        "tables": [[table.source, table.schema, table.table] for table in facts.tables],
        "categories": list(facts.categories),
        "since_date": facts.since_date,
        "until_date": facts.until_date,
        "remind_days": facts.remind_days,
    }


def _manual_row(facts: ManualSourceFacts) -> dict[str, Any]:
    return {
        "key": facts.key,
        "name_en": facts.name_en,
        "name_zh": facts.name_zh,
        "assignee": facts.assignee,
        "categories": list(facts.categories),
        "answer_days": facts.answer_days,
    }
