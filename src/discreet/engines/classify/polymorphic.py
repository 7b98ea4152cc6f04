"""Pairs of columns of which one tells the table and the other the row: `commentable_type`, `commentable_id`."""

from collections.abc import Container, Iterable, Mapping, Sequence

from discreet.engines.classify.keys import Codes, codes_of
from discreet.engines.classify.lexicon import FILLER, PEOPLE, lexicon
from discreet.engines.classify.link_model import Candidate, LinkColumn, LinkKind, LinkTable, same_type
from discreet.engines.classify.model import Kind
from discreet.engines.classify.naming import Naming, name_score, split_letters, split_words
from discreet.engines.classify.words import tokens_of

_TYPE_ENDS = (
    "type",
    "kind",
    "class",
    "table",
    "model",
    "entity",
    "typ",
    "lx",
    "leixing",
    "tablename",
    "object",
    "",
)


def _type_columns(table: LinkTable) -> dict[str, str]:
    """Return pairs of a type column and the id column that it tells the table of: type → id."""
    words = {tuple(split_words(column.name)): column for column in table.columns}
    found = {}
    for parts, column in words.items():
        if (
            len(parts) < 2
            or parts[-1] not in ("id", "key", "no", "ref", "uid", "pk", "bh")
            or column.category != "none"
        ):
            continue
        for end in _TYPE_ENDS:
            other = words.get((*parts[:-1], end) if end else parts[:-1])
            if (
                other is not None
                and other.kind in (Kind.TEXT, Kind.INTEGER)
                and (column.name,) not in table.declared
            ):
                found[other.name] = column.name
                break
    return found or _squeezed_pairs(table)


_CHINESE_TYPES = ("biaoming", "biao", "表名", "表", "leixing", "类型", "lx", "种类", "类别")
_CHINESE_IDS = (
    "zhujian",
    "主键",
    "单据编号",
    "单据号",
    "单号",
    "bianhao",
    "biaoshi",
    "编号",
    "标识",
    "id",
    "bh",
    "号",
)


_LOOSE = 0.74  # so that nine of ten values must hold
_SAYS_TABLE = frozenset(
    [
        "type",
        "kind",
        "class",
        "table",
        "tbl",
        "model",
        "entity",
        "object",
        "module",
        "resource",
        "ent",
        "类型",
        "对象",
        "模块",
        "表名",
        "单据类型",
        "业务类型",
        "leixing",
        "mokuai",
    ]
)
_SAYS_ROW = frozenset(
    ["key", "id", "pk", "row", "record", "ref", "no", "uid", "单号", "编号", "单据编号", "主键"]
)


def loose_pairs(table: LinkTable, led: Container[str] = ()) -> Mapping[str, str]:
    """Return a type column and an id column that are not called alike: `TBL_NM`, `KEY_VAL`; one pair at most.

    Only values can say that it is one: the types must name tables, and nearly all ids be theirs. `led`: columns
    that lead elsewhere by their names.
    """
    if table.is_view:
        return {}
    known = _type_columns(table)
    types = [
        column
        for column in table.columns
        if column.kind is Kind.TEXT
        and column.category == "none"
        and column.name not in known
        and (
            _SAYS_TABLE & set(split_words(column.name))
            or column.name.endswith(("模块", "类型", "对象", "表名"))
        )
    ]
    ids = [
        column
        for column in table.columns
        if _may_be_a_row(column, table) and column.name not in known.values() and column.name not in led
    ]
    return {types[0].name: ids[0].name} if len(types) == 1 and len(ids) == 1 else {}


def _may_be_a_row(column: LinkColumn, table: LinkTable) -> bool:
    words = split_words(column.name)
    while len(words) > 1 and words[-1] in ("val", "value"):
        words.pop()
    is_called_so = bool(words) and (words[-1] in _SAYS_ROW or column.name.endswith(("单号", "编号")))
    is_own = column.codes is not None and column.codes.is_distinct
    is_free = not is_own and (column.name,) not in table.declared and column.name not in table.primary_key
    return is_called_so and is_free and column.category == "none" and column.kind in (Kind.TEXT, Kind.INTEGER)


def _squeezed_pairs(table: LinkTable) -> dict[str, str]:
    """Return such pairs of names that are written in one word, as Chinese and pinyin are."""
    types = {stem: column for column in table.columns if (stem := _squeezed(column.name, _CHINESE_TYPES))}
    found = {}
    for column in table.columns:
        stem = _squeezed(column.name, _CHINESE_IDS)
        is_free = column.category == "none" and (column.name,) not in table.declared
        if stem in types and is_free and types[stem].kind in (Kind.TEXT, Kind.INTEGER):
            found[types[stem].name] = column.name
    return found


def _squeezed(name: str, ends: Sequence[str]) -> str:
    """Return what stands before one of `ends` in a name without its separators, or nothing."""
    bare = "".join(split_letters(name))
    return next((bare[: -len(end)] for end in ends if bare.endswith(end)), "")


def _may_hold(column: LinkColumn, key: LinkColumn) -> bool:
    """Return whether a column may hold keys like that: a column of texts holds the numbers of some tables, too."""
    return same_type(column, key) or (column.kind is Kind.TEXT and key.kind is Kind.INTEGER)


def _same_rows(value: str, far: LinkTable) -> float:
    """Return how surely a type in another script means a table: 客户 and `kh`, `customer` and 客户表."""
    wanted = _meaning_of(value, with_initials=False)
    if not wanted:
        return 0.0
    theirs = {_meaning_of(far.name, with_initials=True), _meaning_of(far.comment, with_initials=False)}
    return 0.8 if wanted in theirs else 0.0


def _meaning_of(text: str, *, with_initials: bool) -> str:
    """Return what kind of row a single word means, if it is narrow enough to tell one table from another."""
    tokens = [token for token in tokens_of(text, with_initials=with_initials) if token.meaning != FILLER]
    if len(tokens) != 1:
        return ""
    people = (
        PEOPLE.intersection(lexicon().other_initials.get(tokens[0].word, ())) if tokens[0].is_initials else ()
    )
    meaning = next(iter(people), "") or lexicon().entities.get(tokens[0].word, tokens[0].meaning)
    return meaning if meaning in PEOPLE else ""


def polymorphic_columns(table: LinkTable) -> Mapping[str, str]:
    """Return the pairs of columns of which the first may tell the table that the second points at."""
    return {} if table.is_view else _type_columns(table)


def may_be_polymorphic(table: LinkTable) -> bool:
    """Return whether a table has columns of which one may tell the table and another the row."""
    all_led = {column.name for column in table.columns if not _may_be_a_row(column, table)}
    some = {column.name for column in table.columns} - all_led
    return bool(polymorphic_columns(table) or any(loose_pairs(table, some - {name}) for name in some))


def polymorphic(
    table: LinkTable,
    pair: tuple[str, str],
    values: Iterable[str],
    tables: Sequence[LinkTable],
    *,
    is_loose: bool = False,
) -> list[Candidate]:
    """Return a candidate per type value that names a table: `ticket`, `App\\Models\\User`, `T_ORDER`."""
    naming = Naming([each.name for each in tables])
    column = table.column(pair[1])
    found = []
    for value in values:
        words = naming.words(value.replace("\\", "/").rpartition("/")[2].rpartition(".")[2])
        best: tuple[float, LinkTable] | None = None
        for far in tables:
            key = far.single_key
            if far.is_view or key is None or not _may_hold(column, key):
                continue
            score = max(name_score(words, naming.words(far.name), ()), _same_rows(value, far))
            if score >= 0.8 and (best is None or score > best[0]):
                best = (score, far)
        if best is not None:
            far = best[1]
            found.append(
                Candidate(
                    table.key, (pair[1],), far.key, far.primary_key, LinkKind.POLYMORPHIC,
                    _LOOSE if is_loose else best[0],
                    discriminator=pair[0], discriminator_value=value,
                )
            )  # fmt: skip
    return found


MOST_UNNAMED = 8
_LETTERS_OF_A_SIGN = 5


def unnamed(
    table: LinkTable, pair: tuple[str, str], value: str, ids: Sequence[str], tables: Sequence[LinkTable]
) -> list[Candidate]:
    """Return where ids may lead whose type names no table: `STU`, `1`.

    To tables that the sign may be short for; and to keys of the form of the ids, where no two are equal by chance.
    """
    column = table.column(pair[1])
    codes = codes_of(ids, column.kind)
    found = []
    for far in tables:
        keys = [
            key for key in (far.single_key, *far.other_keys) if key is not None and _may_hold(column, key)
        ]
        if far.is_view or far is table:
            continue
        for key in keys:
            is_short = key is far.single_key and _is_short_for(value, far.name)
            is_of_form = (
                codes is not None and key.codes is not None and codes.fits(key.codes) and _is_certain(codes)
            )
            if is_short or is_of_form:
                found.append(
                    Candidate(
                        table.key, (pair[1],), far.key, (key.name,), LinkKind.POLYMORPHIC, _LOOSE if is_short else 0.7,
                        discriminator=pair[0], discriminator_value=value, is_by_values=not is_short, fewest=4,
                    )
                )  # fmt: skip
    return found[:MOST_UNNAMED]


def _is_certain(codes: Codes) -> bool:
    """Return whether ids found at the other end cannot be there by chance."""
    return codes.is_unguessable or (codes.is_telling and not codes.is_digits) or codes.is_long


def _is_short_for(sign: str, name: str) -> bool:
    """Return whether a sign has letters of a table's last word, in order and from its first: `STU`, student."""
    words = split_words(name)
    short = sign.lower()
    if not words or not 2 <= len(short) <= _LETTERS_OF_A_SIGN or not short.isalpha() or not short.isascii():
        return False
    letters = iter(words[-1])
    return words[-1][0] == short[0] and all(letter in letters for letter in short)
