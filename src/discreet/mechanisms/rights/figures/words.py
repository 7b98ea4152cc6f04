"""What the figures are called. English templates; doors translate."""

from discreet.mechanisms.rights.figures.counts import Reported
from discreet.vocabulary.text import gettext_noop

REPORTED_WORDS: dict[Reported, str] = {
    Reported.DELETE: gettext_noop("Requests to delete"),
    Reported.CORRECT: gettext_noop("Requests to correct"),
    Reported.KNOW: gettext_noop("Requests to know"),
    Reported.OPT_OUT: gettext_noop("Requests to opt out of sale and sharing"),
    Reported.LIMIT: gettext_noop("Requests to limit the use of sensitive data"),
}
COLUMNS = (
    gettext_noop("Kind"),
    gettext_noop("Received"),
    gettext_noop("Granted in whole"),
    gettext_noop("Granted in part"),
    gettext_noop("Refused"),
    gettext_noop("Withdrawn"),
    gettext_noop("Open"),
    gettext_noop("Late"),
    gettext_noop("Median days to answer"),
    gettext_noop("Mean days to answer"),
)
LANE_WORDS = {
    "over": gettext_noop("Overdue"),
    "two_days": gettext_noop("Within 2 days"),
    "week": gettext_noop("Within 7 days"),
    "month": gettext_noop("Within 30 days"),
    "later": gettext_noop("Later"),
}
FUNNEL = (
    ("received", gettext_noop("Received")),
    ("proven", gettext_noop("Identity proven")),
    ("decided", gettext_noop("Decided")),
    ("answered", gettext_noop("Answered")),
)
OTHER_REASON = gettext_noop("Another reason, in words")
