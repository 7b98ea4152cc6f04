"""Words for the map's codes, as English templates that doors translate."""

from discreet.engines.classify.link_model import LinkKind
from discreet.engines.classify.model import Ground
from discreet.engines.subjects.graph import EraseAction, LinkRole, Match
from discreet.foundation.datamap.differences import What
from discreet.foundation.datamap.sharing import Contact, RecipientKind, Reference
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
UNCOVERED = {
    "no_link": gettext_noop(
        "no link leads here from a person: rows are neither copied nor erased, only searched by value"
    ),
    "no_link_nor_value": gettext_noop(
        "holds personal data, and no link leads here from a person: rows are neither found nor erased"
    ),
    "names_in_text": gettext_noop(
        "free text is searched for addresses and numbers, not for names: it may name a person"
    ),
}
KINDS = {
    "table": gettext_noop("table"),
    "partitioned": gettext_noop("partitioned table"),
    "view": gettext_noop("view"),
    "materialized_view": gettext_noop("materialised view"),
    "foreign": gettext_noop("table on another server"),
    "virtual": gettext_noop("virtual table"),
}
PEOPLE_KINDS = {
    "customer": gettext_noop("customers"),
    "member": gettext_noop("members"),
    "user": gettext_noop("users"),
    "person": gettext_noop("people"),
    "staff": gettext_noop("staff"),
    "supplier": gettext_noop("contacts of suppliers"),
}
LINK_KINDS = {
    LinkKind.DECLARED: gettext_noop("declared by the database"),
    LinkKind.IMPLICIT: gettext_noop("inferred"),
    LinkKind.POLYMORPHIC: gettext_noop("inferred, to several tables"),
    LinkKind.COPY: gettext_noop("a copy of the value there"),
}
LINK_BY_PERSON = gettext_noop("stated by a person")
SCAN_STATES = {
    "running": gettext_noop("running"),
    "paused": gettext_noop("paused"),
    "waiting": gettext_noop("waiting for the hours of its plan"),
    "done": gettext_noop("done"),
    "failed": gettext_noop("failed"),
    "stopped": gettext_noop("stopped"),
}
SCAN_PHASES = {
    "tables": gettext_noop("Reading samples of the tables"),
    "links": gettext_noop("Comparing values to find links"),
    "settle": gettext_noop("Working out whose rows are whose"),
}
TABLE_REFUSALS = {
    "permission_denied": gettext_noop("the account may not read it"),
    "rows_hidden": gettext_noop("the database hides some of its rows"),
    "table_gone": gettext_noop("it is no longer in the source"),
    "unknown_name": gettext_noop("it changed while it was read"),
    "schema_changed": gettext_noop("it changed while it was read"),
    "source_timed_out": gettext_noop("reading it took too long"),
    "source_failed": gettext_noop("the source reported an error"),
    "source_conflict": gettext_noop("somebody held it locked"),
    "source_down": gettext_noop("the source broke off whenever it was read"),
    "no_columns": gettext_noop("it shows no columns, or the account may see none"),
    "not_judged": gettext_noop(
        "something in it could not be judged; the operator finds the cause in the log"
    ),
}
TABLE_NOT_READ = gettext_noop("it could not be read")
DIFFERENCES = {
    What.NEW_TABLE: gettext_noop("New tables"),
    What.NEW_FIELD: gettext_noop("New fields"),
    What.DISAGREES: gettext_noop("Values disagree with what a person confirmed"),
    What.CHANGED: gettext_noop("Proposals that changed"),
    What.GONE_FIELD: gettext_noop("Fields gone"),
    What.GONE_TABLE: gettext_noop("Tables gone"),
}

RECIPIENT_KINDS = {
    RecipientKind.PROCESSOR: gettext_noop("Processor: works on our instructions"),
    RecipientKind.JOINT_CONTROLLER: gettext_noop("Joint controller: decides with us"),
    RecipientKind.CONTROLLER: gettext_noop("Controller of its own"),
    RecipientKind.THIRD_PARTY: gettext_noop("Third party: data are sold to it or shared with it"),
    RecipientKind.AUTHORITY: gettext_noop("Authority"),
}
CONTACTS = {
    Contact.MAIL: gettext_noop("By mail with a link"),
    Contact.CALL: gettext_noop("By a signed call to its program"),
    Contact.TASK: gettext_noop("By a person of ours"),
}
REFERENCES = {
    Reference.CUSTOMER_NUMBER: gettext_noop("Customer number"),
    Reference.EMAIL: gettext_noop("E-mail address"),
    Reference.PHONE: gettext_noop("Phone number"),
}
