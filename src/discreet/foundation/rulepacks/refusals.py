"""What the law pages refuse."""

from discreet.vocabulary.errors import Refused
from discreet.vocabulary.text import gettext_noop


class UnknownFilter(Refused):
    code = "unknown_law_filter"
    message = gettext_noop("There is no such filter “%(value)s”. Choose one of the list.")
    status = 400
