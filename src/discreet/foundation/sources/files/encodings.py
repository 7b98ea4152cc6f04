"""In which encoding a text file is, told from its bytes, some of which may be damaged.

A byte order mark decides, then escapes and zero bytes, then whether the bytes are UTF-8. Else the encodings of
East Asia and of Western Europe are tried, and the one wins in which the letters are those that people write
most: the first levels of GB 2312 and Big5 and kana are ordered by use. EUC-KR and EUC-JP share their bytes with
GB 2312: they need letters that stand in most addresses. What fits none is refused: Unknown means refuse.
"""

import codecs
import math
import re
from collections import Counter

_SAMPLE = 1 << 20
_BINARY = 0.01  # share of control characters beyond which bytes are no text
_WORST = 0.34  # share of letters beyond ASCII that may be unreadable
_LEAST = {"gb18030": 0.45, "big5": 0.45, "cp932": 0.65, "cp1252": 0.45}  # how usual the letters must be
_STRAY = 0.005  # share of bytes beyond ASCII below which a file is ASCII with damage
_SURE_UTF_8 = 2  # so many letters of UTF-8 for each that cannot be read
UTF_8, UTF_8_MARKED = "utf-8", "utf-8-sig"
_MARKS = (
    (codecs.BOM_UTF8, UTF_8_MARKED),
    (codecs.BOM_UTF32_LE, "utf-32"),  # begins as UTF-16 does
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_ESCAPES = ((b"\x1b$)C", "iso2022_kr"), (b"\x1b$", "iso2022_jp_2"))
_HZ = re.compile(rb"(?:^|[^~])~\{(?:[!-~]{2})+~\}")
_CONTROLS = frozenset(range(32)) - {1, 9, 10, 12, 13, 26, 27, 30, 31}  # some separate fields
_WIDE = ("utf-32-le", "utf-32-be", "utf-16-le", "utf-16-be")
_WIDE_SAMPLE = 1 << 16
_WRITTEN = re.compile("[\\t\\r\\n -~\u00a0-\u06ff\u2000-\u206f\u3000-\u30ff\u3400-\u9fff\uac00-\ud7af\uff00-\uffef"
                      "\U00020000-\U0003ffff]")  # fmt: skip
_SINGLE_FROM = 0xC0  # Cyrillic and Greek of one byte each stand above; letters of two bytes do not
_SINGLE_MOST = 0.98
_SINGLE_LEAST = 16
_OFTEN = {
    "cp949": frozenset("김이박최정강조윤장임서시도구동로길번지호름주소전화성명고객회원님의은는가을를에다하한기인대영수민현진희"),
    "euc_jp": frozenset("田中山本佐藤鈴木高橋伊渡辺村小林加吉川野松井子美太郎一東京都大阪府県市区町丁目番号地名前姓住所電話氏性男女日"),
}  # fmt: skip
_OFTEN_SHARE = 0.2
_OFTEN_LEAST = 6
_EUROPEAN = frozenset("àâäáãåæçèéêëìíîïñòóôöõøœùúûüýÿßÀÂÄÁÃÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÖÕØŒÙÚÛÜÝŠŽšž")
_PINYIN = frozenset("āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜü")
_SIGNS = frozenset("€£§°·–—‘’“”„…«»®©²³µ½¼´\u00a0")


def encoding_of(head: bytes) -> str | None:
    """Return Python's name for the encoding of a file that begins so; None where the bytes are no text."""
    for mark, name in _MARKS:
        if head.startswith(mark):
            return name
    head = head[:_SAMPLE]
    for escape, name in _ESCAPES:
        if escape in head:
            return name
    wide = _wide(head)
    if wide is not None:
        return wide
    if sum(head.count(bytes([code])) for code in _CONTROLS) > len(head) * _BINARY:
        return None
    if head.isascii():
        return "hz" if _HZ.search(head) else UTF_8
    return UTF_8 if is_utf_8(head) or _is_damaged_utf_8(head) else _most_usual(head)


def is_utf_8(raw: bytes, *, is_end: bool = False) -> bool:
    try:
        codecs.getincrementaldecoder(UTF_8)().decode(raw, is_end)
    except UnicodeDecodeError:
        return False
    return True


def _is_damaged_utf_8(head: bytes) -> bool:
    """Letters of UTF-8 hardly come by chance: some of them outweigh bytes that are none."""
    letters = Counter(char for char in head.decode(UTF_8, "replace") if not char.isascii())
    bad = letters.pop("\ufffd", 0)
    return letters.total() >= _SURE_UTF_8 * bad


def _wide(head: bytes) -> str | None:
    """Tell UTF-16 and UTF-32 without a mark by the zero bytes of their ASCII letters and line ends."""
    head = head[:_WIDE_SAMPLE]
    zeros = head.count(0)
    if not zeros:
        return None
    for name in _WIDE:
        try:
            text = codecs.getincrementaldecoder(name)().decode(head)
        except UnicodeDecodeError:
            continue
        unit = 3 if name.startswith("utf-32") else 1  # at least so many zeros for a letter of ASCII
        ascii_letters = sum(map(str.isascii, text))
        if len(_WRITTEN.findall(text)) >= 0.95 * len(text) and ascii_letters * unit >= 0.4 * zeros:
            return name
    return None


def _most_usual(head: bytes) -> str | None:
    often = _by_often(head)
    if often is not None:
        return often
    best, best_score = None, 0.0
    single = _is_of_single_bytes(head)
    for name, least in _LEAST.items():
        score = 0.0 if single and name != "cp1252" else _score(head, name)
        if score >= least and score > best_score:
            best, best_score = name, score
    if best is None and sum(byte > 0x7F for byte in head) <= len(head) * _STRAY:
        return UTF_8
    return best


def _is_of_single_bytes(head: bytes) -> bool:
    high = [byte for byte in head if byte > 0x7F]
    above = sum(byte >= _SINGLE_FROM for byte in high)
    return len(high) >= _SINGLE_LEAST and above >= len(high) * _SINGLE_MOST


def _by_often(head: bytes) -> str | None:
    """Tell EUC-KR and EUC-JP by letters that come often; in GB 2312 the same bytes are any others."""
    for name, often in _OFTEN.items():
        text = codecs.getincrementaldecoder(name)("replace").decode(head)
        letters = Counter(
            char for char in text if "\u3400" <= char <= "\u9fff" or "\uac00" <= char <= "\ud7af"
        )
        hits = sum(count for char, count in letters.items() if char in often)
        if letters.total() < _OFTEN_LEAST or hits < letters.total() * _OFTEN_SHARE:
            continue
        if len(often & letters.keys()) >= _OFTEN_LEAST and text.count("\ufffd") <= letters.total() * _WORST:
            return name
    return None


def _score(head: bytes, name: str) -> float:
    """Return how usual the letters beyond ASCII are, from 0 to 1; less where many cannot be read."""
    text = codecs.getincrementaldecoder(name)("replace").decode(head)
    if name == "cp1252":
        return _european(text)
    letters = Counter(char for char in text if not char.isascii())
    bad = letters.pop("\ufffd", 0)
    total = letters.total()
    if not total or bad > (total + bad) * _WORST:
        return 0.0
    # by the root of how often: one sign that is everywhere tells little, and so does one damaged place
    weights = {char: math.sqrt(count) for char, count in letters.items()}
    usual = sum(_usual(char, name) * weight for char, weight in weights.items())
    return usual / sum(weights.values()) - bad / (total + bad)


def _usual(char: str, name: str) -> float:
    if "\u3000" <= char <= "\u3002" or "\uff01" <= char <= "\uff5e":
        return 1.0
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
