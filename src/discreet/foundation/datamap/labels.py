"""Words for the map's codes, as English templates that doors translate."""

from discreet.engines.classify.model import Ground
from discreet.engines.subjects.graph import EraseAction, LinkRole, Match
from discreet.foundation.datamap.views import Gap
from discreet.vocabulary.text import gettext_noop

ROLES = {
    LinkRole.OWNER: gettext_noop("belongs to the person there"),
    LinkRole.DETAIL: gettext_noop("is a part of the person's data"),
    LinkRole.MENTION: gettext_noop("only mentions the person there"),
    LinkRole.LOOKUP: gettext_noop("says nothing about people"),
}
MATCHES = {
    Match.EXACT: gettext_noop("same value"),
    Match.EMAIL: gettext_noop("same e-mail address"),
    Match.PHONE: gettext_noop("same phone number"),
}
ERASE_TABLE = {
    None: gettext_noop("by rule"),
    EraseAction.DELETE: gettext_noop("delete the row"),
    EraseAction.NULL: gettext_noop("empty its personal fields"),
    EraseAction.REPLACE: gettext_noop("replace its personal fields"),
    EraseAction.KEEP: gettext_noop("keep the row"),
}
ERASE_FIELD = {
    None: gettext_noop("by rule"),
    EraseAction.DELETE: gettext_noop("delete the row"),
    EraseAction.NULL: gettext_noop("empty the field"),
    EraseAction.REPLACE: gettext_noop("replace with a value"),
    EraseAction.KEEP: gettext_noop("keep the field"),
}
REASONS = {
    Ground.COLUMN_NAME: gettext_noop("Name says “%(word)s”"),
    Ground.COMMENT: gettext_noop("Comment in the schema says “%(word)s”"),
    Ground.STATED: gettext_noop("Stated by a person"),
    Ground.VALUES: gettext_noop("%(percent)s %% of the values seen look like it"),
    Ground.CHECKSUM: gettext_noop("%(percent)s %% of the values seen pass its check digits (%(what)s)"),
    Ground.VALUE_LIST: gettext_noop("%(percent)s %% of the values seen stand in a list of such values"),
    Ground.ABOUT_PEOPLE: gettext_noop("The table is about people"),
    Ground.CONTRADICTED: gettext_noop("The name suggests “%(category)s”, the values contradict it"),
    Ground.REFERENCE: gettext_noop("A key: it refers to a row"),
    Ground.INSIDE: gettext_noop("“%(path)s” inside holds %(category)s"),
    Ground.TEXT_HOLDS: gettext_noop("%(percent)s %% of the texts seen hold %(category)s"),
    Ground.NO_VALUES: gettext_noop("No values were seen"),
    Ground.OF_A_THING: gettext_noop("It is about a thing, an organisation or a setting"),
}
VALUES_SEEN = gettext_noop("%(n)s different values seen agree")
VALUES_OPEN = gettext_noop("%(n)s different values seen do not contradict it")
LINK_VALUES = gettext_noop("%(percent)s %% of %(n)s values seen exist there")
NO_REASON = gettext_noop("Nothing in name, comment or values points to a person")
GAPS = {
    Gap.SOURCE_NOT_MAPPED: gettext_noop("source has no data map"),
    Gap.TABLE_NOT_CONFIRMED: gettext_noop("table not confirmed"),
    Gap.TABLE_GONE: gettext_noop("table no longer in the source"),
    Gap.FIELDS_NOT_CONFIRMED: gettext_noop("fields not confirmed"),
    Gap.FIELDS_GONE: gettext_noop("fields no longer in the source"),
    Gap.LINKS_NOT_CONFIRMED: gettext_noop("links not confirmed"),
    Gap.REFERENCE_WITHOUT_LINK: gettext_noop("looks like a reference to people, and no link starts here"),
}
KINDS = {
    "table": gettext_noop("table"),
    "partitioned": gettext_noop("partitioned table"),
    "view": gettext_noop("view"),
    "materialized_view": gettext_noop("materialised view"),
    "foreign": gettext_noop("table on another server"),
    "virtual": gettext_noop("virtual table"),
}
