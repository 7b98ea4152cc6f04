"""In which encoding a text file is, told from its bytes.

A byte order mark decides, then whether the bytes are UTF-8. Else the encodings of East Asia and of Western
Europe are tried, and the one wins in which the letters are those that people write most: the first levels of
GB 2312 and Big5 and kana are ordered by use, so no list of words is needed.
"""

import codecs
from collections import Counter

_SAMPLE = 1 << 20
_BINARY = 0.01  # share of control characters beyond which bytes are no text
_WORST = 0.1  # share of letters beyond ASCII that may be unreadable
UTF_8, UTF_8_MARKED = "utf-8", "utf-8-sig"
_MARKS = ((codecs.BOM_UTF8, UTF_8_MARKED), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_CONTROLS = frozenset(range(32)) - {9, 10, 12, 13, 26, 27}
_EUROPEAN = frozenset("àâäáãåæçèéêëìíîïñòóôöõøœùúûüýÿßÀÂÄÁÃÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÖÕØŒÙÚÛÜÝŠŽšž")
_PINYIN = frozenset("āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜü")
_SIGNS = frozenset("€£§°·–—‘’“”„…«»®©²³µ½¼´\u00a0")


def encoding_of(head: bytes) -> str | None:
    """Return Python's name for the encoding of a file that begins so; None where the bytes are no text."""
    for mark, name in _MARKS:
        if head.startswith(mark):
            return name
    head = head[:_SAMPLE]
    wide = _wide(head)
    if wide is not None:
        return wide
    if sum(head.count(bytes([code])) for code in _CONTROLS) > len(head) * _BINARY:
        return None
    if is_utf_8(head):
        return UTF_8
    return _most_usual(head)


def is_utf_8(raw: bytes, *, is_end: bool = False) -> bool:
    try:
        codecs.getincrementaldecoder(UTF_8)().decode(raw, is_end)
    except UnicodeDecodeError:
        return False
    return True


def _wide(head: bytes) -> str | None:
    """Tell UTF-16 without a mark by the zero halves of its ASCII letters."""
    pairs = len(head) // 2
    if pairs < 4:
        return None
    evens, odds = head[0::2].count(0), head[1::2].count(0)
    if odds > pairs * 0.3 and not evens:
        return "utf-16-le"
    return "utf-16-be" if evens > pairs * 0.3 and not odds else None


def _most_usual(head: bytes) -> str | None:
    best, best_score = None, 0.0
    for name in ("utf-8", "gb18030", "big5", "cp932", "cp1252"):
        score = _score(head, name)
        if score > best_score:
            best, best_score = name, score
    return best


def _score(head: bytes, name: str) -> float:
    """Return how usual the letters beyond ASCII are, from 0 to 1; less where many cannot be read."""
    text = codecs.getincrementaldecoder(name)("replace").decode(head)
    if name == "cp1252":
        return _european(text)
    letters = Counter(char for char in text if not char.isascii())
    total = letters.total()
    if not total or letters["\ufffd"] > total * _WORST:
        return 0.0
    usual = sum(_usual(char, name) for char in letters)  # each once: one sign that is everywhere tells little
    return usual / len(letters) - 3 * letters["\ufffd"] / total


def _usual(char: str, name: str) -> float:
    if "\u3000" <= char <= "\u3002" or "\uff01" <= char <= "\uff5e":
        return 1.0
    if name == "utf-8":
        return 1.0 if char != "\ufffd" else 0.0
    if name == "cp932":
        return 1.0 if "\u3041" <= char <= "\u30fe" else 0.9 * (0x88 <= _lead(char, name) <= 0x97)
    if name == "big5":
        return 1.0 if 0xA4 <= _lead(char, name) <= 0xC6 else 0.3 * ("\u4e00" <= char <= "\u9fff")
    if char in _PINYIN:
        return 0.8
    return 1.0 if 0xB0 <= _lead(char, "gb2312") <= 0xD7 else 0.3 * ("\u3400" <= char <= "\u9fff")


def _lead(char: str, name: str) -> int:
    try:
        return char.encode(name)[0]
    except UnicodeEncodeError:
        return 0


def _european(text: str) -> float:
    """Letters with accents stand between plain ones; other scripts read so are runs of accents and signs."""
    total, good = 0, 0.0
    for place, char in enumerate(text):
        if char.isascii():
            continue
        total += 1
        before, after = text[place - 1 : place], text[place + 1 : place + 2]
        beside = [each for each in (before, after) if each]
        is_alone = all(each.isascii() for each in beside)
        if char in _EUROPEAN and any(each.isascii() and each.isalpha() for each in beside):
            good += 1.0
        elif is_alone and (char in _SIGNS or char in _EUROPEAN):
            good += 1.0 if char in _SIGNS else 0.5
    return good / total if total else 0.0
