"""How often a door of choices may be used. Source: failure promise 13; 11 CCR 7026(a) (easy, with minimal steps).

Nobody's identity is checked here, so a flood is bounded by where it comes from and all together. The limits of a
client are wide: an office or a mobile network shares an address, and an opt-out must not fail for that.
"""

from discreet.foundation.centre.rules import Counted, Limit

CLIENT_CHOICES = Limit(name="choices-client", count=60, window_s=1800)
ALL_CHOICES = Limit(name="choices-all", count=3000, window_s=600, counted=Counted.ALL)
#: A new browser each time makes a new choice of the same address.
MAILBOX_CHOICES = Limit(name="choices-mailbox", count=20, window_s=24 * 3600, counted=Counted.MAILBOX)
#: A company's own sites send every browser's signal through one token.
TOKEN_CHOICES = Limit(name="choices-token", count=6000, window_s=60, counted=Counted.ALL)
TOKEN_CHECKS = Limit(name="checks-token", count=12_000, window_s=60, counted=Counted.ALL)
