"""A text that a stranger made to be slow to read is read in time that grows as the text does."""

import time
from collections.abc import Callable

import pytest

from discreet.engines.classify.spans import emails_in, names_in, phones_in, secrets_in
from discreet.engines.subjects.captures import CapturedValue
from discreet.engines.subjects.mentions import Mentions

pytestmark = [pytest.mark.promise(18), pytest.mark.duty("M8.4")]
#: Repeated, each makes a pattern begin again in the middle of what it has just read.
PARTS = (
    "a", "1", "@", " ", "王", "A a ", "(1", "+", ".", "a@", "!a@a.", "1 ", "1.", "1-", "a'", "1a", "eyJ", "eyJa.",
    "pbkdf2_", "$pbkdf2", "{SHA1", "password ", "AB12 ", f"AB12{'A' * 40} ", "\\", "\\u", "Mr A ", "王先生",
)  # fmt: skip
SHORT, TIMES = 2_000, 8
LINEAR, ALL_PAIRS = TIMES, TIMES**2
SENTINEL = " a@$ 12345678 "  # without an address, digits and signs the texts would not be read at all


def mentions() -> Callable[[str], object]:
    wanted = [
        CapturedValue(category=category, text=text, normalised=text, persons=1)
        for category, text in (
            ("email", "a@b.de"),
            ("email", "ä@b.de"),
            ("phone", "+4915112345678"),
            ("customer_id", "111111"),
        )
    ]
    return Mentions(wanted).within


READERS: dict[str, Callable[[str], object]] = {
    "secrets": secrets_in,
    "emails": emails_in,
    "phones": phones_in,
    "names": lambda text: names_in(text, is_known=lambda _: False),
    "mentions": mentions(),
}


def cost(read: Callable[[str], object], text: str) -> float:
    """Return the lesser of two times, in seconds of this thread's processor."""
    found = []
    for _ in range(2):
        begun = time.thread_time()
        read(text)
        found.append(time.thread_time() - begun)
    return min(found)


@pytest.mark.parametrize("reader", READERS)
def test_no_text_takes_longer_to_read_than_its_length_gives_cause_for(reader: str) -> None:
    read = READERS[reader]
    for part in PARTS:
        short, long = ((SENTINEL + part * (length // len(part))) for length in (SHORT, SHORT * TIMES))
        ratio = cost(read, long) / max(cost(read, short), 0.001)
        assert ratio < (LINEAR * ALL_PAIRS) ** 0.5, f"{part!r} repeated: {ratio:.0f} times for {TIMES} times"


def test_names_are_still_found_beside_a_word_that_is_no_word() -> None:
    text = f"{'a' * 50_000} told Peter Miller {'b' * 50_000}"
    (span,) = names_in(text, is_known=lambda _: False)
    assert text[span.start : span.end] == "Peter Miller"


def test_two_accounts_in_a_row_are_both_found() -> None:
    text = "DE89 3704 0044 0532 0130 00 DE12 5001 0517 0648 4898 90"
    assert [text[span.start : span.end] for span in secrets_in(text)] == [text[:27], text[28:]]
