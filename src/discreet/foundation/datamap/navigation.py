"""Where the data map stands in the sidebar, and its acts in words."""

from discreet.foundation.datamap import changes, queries
from discreet.foundation.desk import acts
from discreet.foundation.desk.cases import CasePage
from discreet.foundation.desk.cases import register as register_case_page
from discreet.foundation.desk.clocks import register_internal
from discreet.foundation.desk.navigation import Group, NavItem, register
from discreet.vocabulary.actors import Actor
from discreet.vocabulary.text import gettext_noop


def _open_fields(actor: Actor) -> int:
    return queries.open_fields()


register(
    NavItem(
        label=gettext_noop("Data map"),
        icon="sitemap",
        url_name="datamap:front",
        group=Group.DATA,
        count=_open_fields,
        order=10,
    )
)
register(
    NavItem(
        label=gettext_noop("Recipients"),
        icon="send",
        url_name="datamap:recipients",
        group=Group.DATA,
        order=20,
    )
)
register(
    NavItem(
        label=gettext_noop("Manual sources"),
        icon="archive",
        url_name="datamap:manual_sources",
        group=Group.DATA,
        order=25,
    )
)
register_case_page(CasePage(kind=changes.KIND, url_name="datamap:change", icon="sitemap"))
register_internal(changes.CLOCK, gettext_noop("Confirm by"))
acts.register(
    {
        "datamap.take_schema": gettext_noop("Schema taken into the data map"),
        "datamap.confirm_all": gettext_noop("Data map of a source confirmed"),
        "datamap.confirm_field": gettext_noop("Field confirmed"),
        "datamap.confirm_fields": gettext_noop("Fields confirmed"),
        "datamap.confirm_table": gettext_noop("Table confirmed"),
        "datamap.correct_field": gettext_noop("Field corrected"),
        "datamap.show_examples": gettext_noop("Masked values of a field shown"),
        "datamap.set_table": gettext_noop("Table stated"),
        "datamap.set_link_role": gettext_noop("Link stated"),
        "datamap.add_link": gettext_noop("Link added"),
        "datamap.remove_link": gettext_noop("Link removed"),
        "datamap.apply_map": gettext_noop("Map file applied"),
        "datamap.start_scan": gettext_noop("Scan of a source begun"),
        "datamap.take_findings": gettext_noop("Tables of a source looked at"),
        "datamap.take_links": gettext_noop("Links of a source looked for"),
        "datamap.settle_scan": gettext_noop("Scan of a source ended"),
        "datamap.pause_scan": gettext_noop("Scan of a source paused"),
        "datamap.stop_scan": gettext_noop("Scan of a source stopped"),
        "datamap.set_scan_plan": gettext_noop("Plan of scans set"),
        "datamap.decide_fields": gettext_noop("Fields decided together"),
        "datamap.decide_links": gettext_noop("Links decided together"),
        "datamap.undo_fields": gettext_noop("Decision about fields taken back"),
        "datamap.undo_links": gettext_noop("Decision about links taken back"),
        "datamap.close_change": gettext_noop("Every new field decided"),
        "datamap.reopen_change": gettext_noop("A decision about a new field taken back"),
        "datamap.give_change": gettext_noop("Case of new personal data given"),
        "datamap.state_recipient": gettext_noop("Recipient stated"),
        "datamap.end_recipient": gettext_noop("Recipient ended"),
        "datamap.state_manual_source": gettext_noop("Manual source stated"),
        "datamap.end_manual_source": gettext_noop("Manual source ended"),
        "datamap.note_expired_case": gettext_noop("Expired case noted beside the tombstones"),
        "tombstones.begin_check": gettext_noop("Check of a restored source begun"),
        "tombstones.refuse": gettext_noop("Lines of the tombstones refused"),
        "tombstones.check": gettext_noop("Restored source checked against tombstones"),
    }
)
