"""Why a letter that stands for another person may be lifted: a closed list, so that evidence holds no words. Pure.

Source: GDPR Art. 15(4), 6(1)(a); EDPB Guidelines 01/2022, section 6.2 (others' rights, weighed case by case).
"""

from collections.abc import Mapping
from enum import StrEnum

from discreet.vocabulary.text import gettext_noop


class Lift(StrEnum):
    THEIRS = "theirs"
    KNOWN = "known"
    CONSENT = "consent"
    ROLE = "role"


WORDS: Mapping[Lift, str] = {
    Lift.THEIRS: gettext_noop("It is the person's own"),
    Lift.KNOWN: gettext_noop("The person gave it to us or knows it already"),
    Lift.CONSENT: gettext_noop("The other person agreed"),
    Lift.ROLE: gettext_noop("It is a firm's or a post's, not a private person's"),
}
