"""Headers of columns and names of tables: words in a language, joined as a system's style joins them."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random

import yaml

DATA = Path(__file__).parent / "data"
VOWELS = "aeiou"
# language, form, locales of the values, weight among fifty schemas
STYLES: tuple[tuple[str, str, tuple[str, ...], int], ...] = (
    ("en", "snake", ("en_US", "en_GB"), 7),
    ("en", "snake", ("zh_CN",), 8),
    ("en", "camel", ("en_US", "zh_CN"), 4),
    ("en", "pascal", ("en_US", "en_GB", "de_DE"), 4),
    ("en", "upper", ("en_US", "zh_CN"), 3),
    ("en", "short", ("en_US", "zh_CN"), 3),
    ("en", "short_upper", ("en_GB", "zh_CN"), 2),
    ("zh", "characters", ("zh_CN",), 4),
    ("zh", "pinyin", ("zh_CN",), 4),
    ("zh", "pinyin_snake", ("zh_CN",), 2),
    ("zh", "initials", ("zh_CN",), 3),
    ("de", "snake", ("de_DE",), 1),
    ("de", "pascal", ("de_DE",), 1),
    ("fr", "snake", ("fr_FR",), 2),
    ("es", "snake", ("es_ES",), 1),
    ("en", "spaced", ("en_US", "en_GB"), 1),
    ("en", "snake", ("ja_JP", "es_ES", "fr_FR"), 1),
)
PREFIXES = ("", "", "", "", "t_", "tbl_", "sys_", "app_", "biz_")


@cache
def document(name: str) -> dict[str, dict[str, dict[str, object]]]:
    loaded: dict[str, dict[str, dict[str, object]]] = yaml.safe_load(
        (DATA / name).read_text(encoding="utf-8")
    )
    return loaded


@cache
def synonyms(language: str, file: str, section: str, key: str) -> tuple[str, ...]:
    """Return the words for a thing: snake case, or for Chinese "characters/pinyin"."""
    entries = document(file)[section] if section else document(file)
    entry: dict[str, object] = entries[key]  # type: ignore[assignment]
    return tuple(str(entry.get(language) or entry["en"]).split())


def abbreviated(word: str) -> str:
    """Return how an old system shortens a word: as it always did, else without its vowels."""
    short: dict[str, object] = document("words.yaml")["short"]  # type: ignore[assignment]
    if word in short:
        return str(short[word])
    if len(word) <= 5:
        return word
    return (word[0] + "".join(letter for letter in word[1:] if letter not in VOWELS))[:5]


@dataclass(slots=True)
class Names:
    """What one schema calls things: always the same word for the same thing."""

    rng: Random
    language: str
    form: str
    table_prefix: str
    is_plural: bool
    has_column_prefix: bool
    chosen: dict[tuple[str, str], str]

    def word(self, section: str, key: str) -> str:
        file = "words.yaml" if section else "concepts.yaml"
        if (section, key) not in self.chosen:
            self.chosen[section, key] = self.rng.choice(synonyms(self.language, file, section, key))
        return self.chosen[section, key]

    def concept(self, key: str, role: str, own: str = "") -> list[str]:
        """Return the words of a column: "receiver", "name"."""
        if not role:
            return [self.word("", key)]
        full_names = {"en": "name", "zh": "姓名/xing_ming", "de": "name", "fr": "nom", "es": "nombre"}
        what = full_names[self.language] if key == "full_name" else self.word("", key)
        # "own": the column of somebody who has a table, called like it.
        who = self.word("tables", own) if role == "own" and own else self.word("roles", role)
        return [what, who] if self.language in ("fr", "es") else [who, what]

    def joined(self, words: Iterable[str]) -> str:
        """Join words as the style does."""
        given = list(words)
        if self.language == "zh":
            part = 0 if self.form == "characters" else 1
            texts = [word.split("/")[part] if "/" in word else word for word in given]
            if self.form == "characters":
                return "".join(texts)
            syllables = "_".join(texts).casefold().split("_")
            if self.form == "pinyin":
                return "".join(syllables)
            if self.form == "initials":
                kept = ("id", "ip", "qq", "imei", "mac")
                return "".join(one if one in kept else one[0] for one in syllables)
            return "_".join(syllables)
        parts = "_".join(given).casefold().split("_")
        if self.form.startswith("short"):
            parts = [abbreviated(part) for part in parts]
        if self.form == "spaced":
            return " ".join(part[:1].upper() + part[1:] for part in parts)
        if self.form in ("camel", "pascal"):
            text = "".join(part[:1].upper() + part[1:] for part in parts)
            return text if self.form == "pascal" else text[:1].lower() + text[1:]
        text = "_".join(parts)
        return text.upper() if self.form in ("upper", "short_upper") else text

    def table(self, key: str) -> str:
        word = self.word("tables", key)
        if self.language == "zh" and self.form == "characters":
            return self.joined([word])
        if self.is_plural and self.language == "en":
            word = word[:-1] + "ies" if word.endswith("y") else word + ("es" if word.endswith("s") else "s")
        name = self.joined([word])
        prefix = self.table_prefix.upper() if self.form in ("upper", "short_upper") else self.table_prefix
        return prefix + name if self.form not in ("camel", "pascal", "spaced") else name

    def column(self, key: str, role: str, table: str, own: str) -> str:
        words = self.concept(key, role, own)
        if self.has_column_prefix and not role:
            words = [self.word("tables", table), *words]
        return self.joined(words)

    def reference(self, table: str, role: str, *, with_table: bool, suffix: str = "id") -> str:
        """Return the header of a column that names a row of another table."""
        role_word = self.word("roles", role) if role else ""
        if role_word.endswith(("_by", "_to", "editor", "von", "par", "por")) and not with_table:
            return self.joined([role_word])
        words = [role_word] if role else []
        if not role or with_table:
            words.append(self.word("tables", table))
        ending = {"id": "ID", "no": "号/hao"}[suffix] if self.language == "zh" else suffix
        return self.joined([*words, ending])

    def key(self, table: str, *, is_plain: bool) -> str:
        if is_plain:
            plain = {"characters": "ID", "upper": "ID", "short_upper": "ID", "pascal": "Id"}
            return plain.get(self.form, "id")
        return self.reference(table, "", with_table=True)

    def comment(self, key: str, role: str, rng: Random, *, language: str) -> str:
        """Return what a comment in the schema says of a column."""
        words = [rng.choice(synonyms(language, "concepts.yaml", "", key))]
        if role:
            words.insert(0, rng.choice(synonyms(language, "words.yaml", "roles", role)))
        if language == "zh":
            return "".join(word.split("/")[0] for word in words)
        return " ".join(words).replace("_", " ")
