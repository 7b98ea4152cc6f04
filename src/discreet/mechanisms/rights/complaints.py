"""Where somebody who is not content with an answer can turn, by the law of the request.

Sources: GDPR Art. 12(4), 77, 79; PIPL Art. 50, 65; Cal. Civ. Code 1798.199.45, 1798.199.90.
"""

from collections.abc import Sequence

from django.utils.translation import gettext

from discreet.foundation.rulepacks.law import Law
from discreet.vocabulary.text import gettext_noop

COMPLAINTS = {
    Law.GDPR: gettext_noop(
        "You can complain to a supervisory authority, such as the one where you live or work, or go to court."
    ),
    Law.PIPL: gettext_noop(
        "You can complain to the authority responsible for personal information protection, or sue before a "
        "people’s court."
    ),
    Law.CCPA: gettext_noop(
        "You can complain to the California Privacy Protection Agency or to the Attorney General of California."
    ),
}
#: Several laws, for it is unknown where the person lives or no pack covers it: no authority can be named.
ANYWHERE = gettext_noop(
    "You can complain to the authority responsible for data protection where you live, or go to court."
)


def complaint_words(laws: Sequence[Law]) -> str:
    """Return where somebody can complain whose request runs under these laws, in the reader's language."""
    return gettext(COMPLAINTS[laws[0]] if len(laws) == 1 else ANYWHERE)
