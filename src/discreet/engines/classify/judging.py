"""Give every column of a table its verdict: header and comment propose, values confirm or refute, context decides.

A verdict says what it rests on. Nothing here is certain: a person confirms.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from discreet.engines.classify import patterns
from discreet.engines.classify.agreement import NO, OPEN, YES, agreement, value_reason
from discreet.engines.classify.documents import judge_document, judge_text, with_what_hides
from discreet.engines.classify.headers import (
    NO_SENSE,
    Sense,
    Strength,
    first_clause,
    other_senses,
    read_header,
)
from discreet.engines.classify.lexicon import ACTORS, PEOPLE, THINGS, lexicon
from discreet.engines.classify.model import (
    NOT_PERSONAL,
    ColumnSample,
    Ground,
    Kind,
    Reason,
    TableSample,
    Verdict,
)
from discreet.engines.classify.profiles import Profile, names_people, profile_of
from discreet.engines.classify.signed import are_rare_names, judge_person_word
from discreet.engines.classify.tables import RowKind, RowSense, read_table
from discreet.engines.classify.unaided import Context, judge_values
from discreet.engines.classify.words import split_header, uses_pinyin, without_table

_REACHES = frozenset(["name", "email", "phone", "national_id", "username", "passport", "social_security_id"])
_IDENTIFYING = _REACHES | frozenset(
    [
        "driving_licence",
        "tax_id",
        "vehicle_plate",
        "payment_card",
        "bank_account",
        "social_media",
        "ip_address",
        "customer_id",
        "device_id",
        "cookie_id",
        "insurance",
    ]
)


@dataclass(frozen=True, slots=True)
class _Read:
    """A column as read: what name and comment say, and what its values are like."""

    column: ColumnSample
    sense: Sense
    comment: Sense
    profile: Profile


def judge_table(
    table: TableSample, *, is_owned: bool = False, is_pinyin: bool | None = None
) -> dict[str, Verdict]:
    """Return a verdict for each column of `table`.

    `is_owned`: a link says that its rows belong to people. `is_pinyin`: the schema's headers are pinyin; None:
    this table's own tell.
    """
    return _judged(*_prepared(table, is_pinyin=is_pinyin), is_owned=is_owned)


def judge_both(
    table: TableSample, *, is_pinyin: bool | None = None
) -> tuple[dict[str, Verdict], dict[str, Verdict]]:
    """Return the verdicts as they are, and as they are if the rows belong to people; values are read once."""
    rows, read = _prepared(table, is_pinyin=is_pinyin)
    return _judged(rows, read, is_owned=False), _judged(rows, read, is_owned=True)


def _prepared(table: TableSample, *, is_pinyin: bool | None) -> tuple[RowSense, list[_Read]]:
    names = [column.name for column in table.columns]
    with_initials = uses_pinyin(names) if is_pinyin is None else is_pinyin or uses_pinyin(names)
    rows = read_table(table.name, table.comment, with_initials=with_initials)
    return rows, [_read(column, table.name, rows, with_initials=with_initials) for column in table.columns]


def _judged(rows: RowSense, read: list[_Read], *, is_owned: bool) -> dict[str, Verdict]:
    first = {each.column.name: _judge_strong(each, rows, is_owned=is_owned) for each in read}
    context = Context(
        rows=rows,
        is_about_people=(is_owned and rows.kind not in (RowKind.CONFIGURATION,))
        or _is_about_people(rows, first, read),
        is_owned=is_owned,
        has_ip=any(verdict.category == "ip_address" for verdict in first.values()),
        has_health=any(verdict.category == "health" for verdict in first.values()),
        has_place=any(each.sense.meaning in _PLACED for each in read),
        has_street=any(each.sense.meaning in _PLACED - {"city", "country"} for each in read),
    )
    verdicts = {}
    for each in read:
        verdict = first[each.column.name]
        if not verdict.is_personal:
            verdict = _judge_in_context(each, context, verdict)
        verdicts[each.column.name] = with_what_hides(
            _surer(verdict, context), each.profile, each.column, context
        )
    return verdicts


def _read(column: ColumnSample, table: str, rows: RowSense, *, with_initials: bool) -> _Read:
    sense = read_header(column.name, with_initials=with_initials)
    if rest := without_table(column.name, table):
        bare = read_header(rest, with_initials=with_initials)
        if bare.strength > sense.strength and (
            bare.strength is Strength.STRONG or rows.kind is RowKind.PERSON
        ):
            sense = bare
    clause = first_clause(column.comment)
    comment = read_header(clause) if clause else NO_SENSE
    profile = profile_of(column)
    if sense.is_initials and comment.word and comment.meaning:
        sense = comment  # a few letters mean many things
    elif with_initials and not profile.is_empty:
        senses = [sense, *other_senses(column.name)]
        sense = next((each for each in senses if _is_borne_out(each, profile, column)), sense)
    return _Read(column, sense, comment, profile)


def _is_borne_out(sense: Sense, profile: Profile, column: ColumnSample) -> bool:
    return sense.category != "none" and agreement(sense.category, profile, column, sense.meaning) is YES


def _is_about_people(rows: RowSense, first: Mapping[str, Verdict], read: list[_Read]) -> bool:
    if rows.kind is RowKind.EVENT and rows.people:
        return True
    if rows.kind is RowKind.PERSON:
        return any(v.is_personal for v in first.values()) or any(
            each.sense.meaning == "name" for each in read
        )
    if not rows.is_somebodys:
        return False
    actors = {each.column.name for each in read if each.sense.whose in ACTORS or each.sense.meaning in ACTORS}
    return any(verdict.category in _REACHES for name, verdict in first.items() if name not in actors)


_PLACED = frozenset(["street", "address", "address_line", "postal_code", "city", "country"])


def _says_what_it_is(sense: Sense) -> bool:
    """Return whether a header is understood as something that is no personal data."""
    return (
        sense.is_reference or sense.is_about or (bool(sense.meaning) and sense.strength is Strength.NOTHING)
    )


def _judge_strong(each: _Read, rows: RowSense, *, is_owned: bool) -> Verdict:
    """Judge by words and values that mean the same in any table."""
    column, sense = each.column, each.sense
    is_visitors = sense.category == "cookie_id" and rows.kind is RowKind.PERSON
    is_own_number = column.is_primary and (is_visitors or sense.meaning in _NUMBERS_OF_ROWS)
    if is_own_number or (column.is_key and (column.kind is not Kind.TEXT or sense.is_reference)):
        return Verdict("none", 90, (Reason(Ground.REFERENCE),))
    chosen, ground = sense, Ground.COLUMN_NAME
    takes_comment = each.comment.strength is Strength.STRONG and not sense.is_reference
    if sense.strength < Strength.STRONG and takes_comment and not (sense.is_about and sense.whose):
        chosen, ground = each.comment, Ground.COMMENT
    if chosen.strength is Strength.STRONG and (
        _is_of_people(chosen, rows)
        or (is_owned and chosen.category in _OF_OWNED and rows.kind is RowKind.THING)
    ):
        found = _propose(each, chosen, ground)
        if found is not None:
            return found
        refuted = Reason(Ground.CONTRADICTED, {"category": chosen.category})
        by_values = judge_values(each.profile, column, sense, rows)
        return by_values or Verdict("none", 60, (refuted,))
    if sense.whose in THINGS and sense.strength is Strength.NOTHING and sense.meaning:
        return Verdict("none", 80, (Reason(Ground.OF_A_THING, {"word": sense.word}),))
    return judge_values(each.profile, column, sense, rows) or NOT_PERSONAL


_NUMBERS_OF_ROWS = frozenset(["customer_no", "employee_no", "student_no"])
#: What a thing that somebody owns says about them: a meter's address, a car's plate.
_OF_OWNED = frozenset(
    ["address", "postal_code", "geo_location", "vehicle_plate", "device_id", "ip_address", "health"]
)


def _is_of_people(sense: Sense, rows: RowSense) -> bool:
    """Return whether a strong word speaks of people here: a branch's phone and a vacancy's salary do not."""
    if sense.whose in PEOPLE | ACTORS:
        return True
    if (
        rows.kind in (RowKind.ORGANISATION, RowKind.THING, RowKind.CONFIGURATION)
        and rows.people != "supplier"
    ):
        return sense.category not in _OF_ORGANISATIONS and (
            rows.kind is not RowKind.CONFIGURATION or sense.category in _IDENTIFYING
        )
    return True


_OF_ORGANISATIONS = frozenset(
    [
        "phone",
        "email",
        "address",
        "postal_code",
        "photo",
        "geo_location",
        "income",
        "age",
        "gender",
        "education",
        "employment",
        "bank_account",
        "tax_id",
        "health",
        "language",
        "social_media",
        "vehicle_plate",
        "signature",
        "free_text",
        "voice",
        "ip_address",
        "device_id",
        "birth_date",
    ]
)


def _propose(each: _Read, sense: Sense, ground: Ground) -> Verdict | None:
    """Return what a strong header says, unless the values contradict it."""
    answer = agreement(sense.category, each.profile, each.column, sense.meaning)
    if answer is NO:
        return None
    if each.column.is_key and sense.category not in _IDENTIFYING:
        return Verdict("none", 80, (Reason(Ground.REFERENCE),))
    if sense.is_initials and answer is OPEN and each.comment.category == "none":
        if (
            not each.profile.is_empty
            and sense.category in _UNCHECKED
            and lexicon().other_initials.get(sense.word)
        ):
            return None  # letters that mean other things, too, and values that say nothing
        if sense.category == "name" and each.profile.known_name < 0.3 and _is_chinese(each.profile):
            return None  # 学费, 校服费: a Chinese name begins with a surname
        confidence = 60 if each.profile.is_empty else 85
    else:
        confidence = {YES: 97, OPEN: 85}[answer]
    if each.profile.is_empty:
        confidence = min(confidence, 80)
    if each.comment.category == sense.category and ground is Ground.COLUMN_NAME:
        confidence = min(99, confidence + 5)
    category = _refined(sense.category, each.profile)
    reasons = [Reason(ground, {"word": sense.word}), value_reason(answer, each.profile)]
    return Verdict(category, confidence, tuple(reasons))


def _is_chinese(profile: Profile) -> bool:
    return not profile.is_empty and profile.share(patterns.HAN.search) >= 0.8


#: Categories that values can hardly confirm or refute.
_UNCHECKED = frozenset(
    ["health", "disability", "genetic", "biometric", "criminal_record", "specific_identity", "family"]
)


def _refined(category: str, profile: Profile) -> str:
    """Return the category with what the values tell more exactly."""
    if category in ("password", "password_hash"):
        hashed = profile.share(lambda t: patterns.PASSWORD_HASH.match(t) or patterns.HEX_HASH.fullmatch(t))
        encoded = profile.share(lambda text: len(text) >= 20 and " " not in text)
        if profile.is_empty or hashed >= 0.5 or encoded >= 0.9:
            return "password_hash"
        return "password"
    if category == "username" and profile.email >= 0.8:
        return "email"
    if category == "username" and profile.share(_LONG_NUMBER.fullmatch) >= 0.8:
        return "bank_account"
    if category == "username" and names_people(profile) and profile.share(_SEVERAL_WORDS.search) >= 0.7:
        return "name"
    return category


_LONG_NUMBER = re.compile(r"(?:\d{4}[ -]?){3,5}\d{0,4}")
_SEVERAL_WORDS = re.compile(r"[^\W\d_],? [^\W\d_]|[一-鿿]{2}")


def _judge_in_context(each: _Read, context: Context, before: Verdict) -> Verdict:
    """Judge by words that mean personal data only where rows are about people."""
    column, sense = each.column, each.sense
    if column.is_key or any(reason.ground is Ground.REFERENCE for reason in before.reasons):
        return before
    if any(reason.ground is Ground.OF_A_THING for reason in before.reasons):
        is_document = (
            sense.whose == "configuration" and max(each.profile.structured, each.profile.markup) >= 0.6
        )
        return (judge_document(each.profile, column, context) if is_document else None) or before
    ground = Ground.COLUMN_NAME
    if (
        sense.strength < Strength.CONTEXT
        and not _says_what_it_is(sense)
        and each.comment.strength >= Strength.CONTEXT
    ):
        sense, ground = each.comment, Ground.COMMENT
    is_document = each.profile.structured >= 0.6 or each.profile.markup >= 0.6 or column.kind is Kind.JSON
    if sense.strength is Strength.PERSON and not is_document:
        return judge_person_word(column, each.profile, sense) or before
    wanted = _in_context(sense, context)
    if wanted is not None and context.is_about_people:
        answer = agreement(wanted, each.profile, column, sense.meaning)
        if answer is not NO and not _is_no_persons(sense, each.profile, context):
            confidence = {YES: 85, OPEN: 75}[answer]
            reasons = (
                Reason(ground, {"word": sense.word}),
                Reason(Ground.ABOUT_PEOPLE),
                value_reason(answer, each.profile),
            )
            return Verdict(wanted, confidence, reasons)
        return before
    if before.reasons and before.confidence_percent >= 60:
        return before
    if is_document:
        return judge_document(each.profile, column, context) or before
    return (
        judge_text(each.profile, column, sense, context)
        or _judge_finding(sense, context)
        or _judge_change(each)
        or before
    )


_CHANGED = frozenset(
    ["old", "new", "before", "after", "previous", "prev", "changes", "changed", "diff", "delta"]
)
_CONTACTS = frozenset(["email", "phone", "national_id", "payment_card", "bank_account"])


def _judge_change(each: _Read) -> Verdict | None:
    """Judge what a log says a field was before and is now: of all kinds, contacts of people among them."""
    if each.column.kind is not Kind.TEXT or not _CHANGED & set(split_header(each.column.name)):
        return None
    hidden = tuple(one for one in each.profile.hides if one.category in _CONTACTS and one.percent >= 2)
    reasons = tuple(
        Reason(Ground.TEXT_HOLDS, {"percent": one.percent, "category": one.category}) for one in hidden
    )
    return Verdict("free_text", 65, reasons, hidden) if hidden else None


_FINDINGS = frozenset(
    [
        "result",
        "results",
        "value",
        "reading",
        "finding",
        "findings",
        "measurement",
        "conclusion",
        "ergebnis",
        "wert",
        "befund",
        "resultat",
        "resultado",
        "jieguo",
        "结果",
        "数值",
        "检测值",
        "测定值",
        "指标值",
        "结论",
    ]
)


def _judge_finding(sense: Sense, context: Context) -> Verdict | None:
    """Judge what a laboratory or an examination found of somebody."""
    if context.is_owned and context.rows.is_of_health and sense.word in _FINDINGS:
        return Verdict(
            "health", 70, (Reason(Ground.COLUMN_NAME, {"word": sense.word}), Reason(Ground.ABOUT_PEOPLE))
        )
    return None


def _is_no_persons(sense: Sense, profile: Profile, context: Context) -> bool:
    """Return whether a plain "name" is a thing's: in rows that are not people its values must look like people."""
    if sense.meaning != "name" or sense.whose in PEOPLE:
        return False
    if context.rows.kind is RowKind.PERSON:
        # the fair where a lead was met: a few names of something, again and again
        return sense.is_qualified and profile.repeats >= _AGAIN and not names_people(profile)
    return profile.is_empty or not (names_people(profile) or are_rare_names(profile))


_AGAIN = 5


_CONTEXT_ANYWHERE = frozenset(
    ["note", "comment", "feedback", "message", "content", "body", "special_requests"]
)
_PICTURES = frozenset(
    ["icon", "image", "img", "pic", "pics", "picture", "pictures", "bild", "tupian", "图片", "图标"]
)


def _in_context(sense: Sense, context: Context) -> str | None:
    """Return the category that a context word means in these rows, if any."""
    rows = context.rows
    if sense.whose in THINGS:
        return None
    if sense.meaning == "path" and sense.word in _PICTURES:
        return "photo" if rows.kind is RowKind.PERSON or sense.whose in PEOPLE else None
    if sense.meaning == "title" and not sense.is_about:
        return (
            "employment"
            if rows.kind is RowKind.PERSON and sense.word in ("title", "titel", "titre", "titulo")
            else None
        )
    if sense.strength is not Strength.CONTEXT:
        return None
    is_placed = context.has_place or rows.kind is RowKind.PERSON or sense.whose in PEOPLE
    if sense.meaning == "state" and not is_placed:
        return None
    if rows.kind is RowKind.ORGANISATION and sense.whose not in PEOPLE and rows.people != "supplier":
        return None
    is_told = sense.meaning in _CONTEXT_ANYWHERE or (context.is_owned and sense.category in _OF_OWNED)
    if rows.kind is RowKind.THING and sense.whose not in PEOPLE and not is_told:
        return None
    if (
        sense.category == "address"
        and context.has_ip
        and rows.kind is RowKind.EVENT
        and not context.has_street
    ):
        return "geo_location"
    if sense.category == "free_text" and sense.is_of_paper:
        return None
    if sense.category == "free_text" and sense.meaning not in _CONTEXT_ANYWHERE:
        return "free_text" if rows.kind in (RowKind.PERSON, RowKind.EVENT) else None
    if sense.meaning in ("height", "weight") and rows.kind is not RowKind.PERSON and not context.has_health:
        return None
    if sense.category == "employment" and rows.kind is not RowKind.PERSON and not sense.whose:
        return None
    return sense.category


def _surer(verdict: Verdict, context: Context) -> Verdict:
    """Return the verdict a little surer where the whole table is about people."""
    if verdict.is_personal and context.rows.kind is RowKind.PERSON:
        return replace(verdict, confidence_percent=min(99, verdict.confidence_percent + 3))
    return verdict
