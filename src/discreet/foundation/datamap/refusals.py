"""What the acts of the data map refuse, and what to do then."""

from discreet.vocabulary.errors import Refused
from discreet.vocabulary.text import gettext_noop


class NotInMap(Refused):
    code = "not_in_map"
    status = 404
    message = gettext_noop(
        "The data map does not hold this part any more. Reload the page, or describe the source again."
    )


class NothingToConfirm(Refused):
    code = "nothing_to_confirm"
    message = gettext_noop(
        "Source “%(source)s” has no tables that could be confirmed. Check its credentials."
    )


class NothingToScan(Refused):
    code = "nothing_to_scan"
    message = gettext_noop("Source “%(source)s” has no tables to scan. Check its credentials.")


class NoScan(Refused):
    code = "no_scan"
    status = 404
    message = gettext_noop("This scan does not run any more: it ended, rests, or somebody else drives it.")


class NoChange(Refused):
    code = "no_map_change"
    status = 404
    message = gettext_noop("There is no such open case of new personal data.")


class BadScanPlan(Refused):
    code = "bad_scan_plan"
    status = 422
    message = gettext_noop(
        "Days, statements and rows must be whole numbers from 1; hours from 0 to 23 that differ."
    )


class UnknownCategory(Refused):
    code = "unknown_category"
    status = 422
    message = gettext_noop("There is no category “%(category)s”.")


class ReplacementNeeded(Refused):
    code = "replacement_needed"
    status = 422
    message = gettext_noop("State the replacement value exactly when erasure replaces the field.")


class ColumnMissing(Refused):
    code = "column_missing"
    status = 422
    message = gettext_noop("Table “%(table)s” has no column “%(name)s”.")


class LinkNotPossible(Refused):
    code = "link_not_possible"
    status = 422
    message = gettext_noop(
        "A link needs as many columns on both ends; between sources, and by e-mail or phone, exactly one."
    )


class LinkExists(Refused):
    code = "link_exists"
    message = gettext_noop("This link is in the map already. Change its role instead.")


class DeclaredLink(Refused):
    code = "declared_link"
    message = gettext_noop(
        "The database declares this link, so it cannot be removed. Give it the role “lookup” if it says "
        "nothing about people."
    )


class ChangedMeanwhile(Refused):
    code = "changed_meanwhile"
    message = gettext_noop("Somebody changed this meanwhile. Reload the page to see it, then decide again.")


class NothingToUndo(Refused):
    code = "nothing_to_undo"
    message = gettext_noop("There is no decision of yours that could be taken back.")


class KeepDutyIncomplete(Refused):
    code = "keep_duty_incomplete"
    status = 422
    message = gettext_noop(
        "A duty to keep needs its article and its reason in English and Chinese; years need a date column to "
        "count from."
    )


class NotAnArticle(Refused):
    code = "keep_article_is_a_contact"
    status = 422
    message = gettext_noop(
        "Name the article of a law. What looks like an e-mail address or a phone number is not recorded."
    )


class MapUnwritable(Refused):
    code = "map_unwritable"
    status = 422
    message = gettext_noop(
        "The file %(file)s cannot be written. Check that its folder exists and may be written by this account."
    )
