"""Addresses of the data map."""

from django.urls import path

from discreet.foundation.datamap import (
    desk,
    desk_changes,
    desk_confirm,
    desk_examples,
    desk_links,
    desk_overview,
    desk_scans,
    desk_sharing,
    desk_sources,
    report_pages,
)

app_name = "datamap"
_SOURCE = "source/<slug:source>/"
_TABLE = _SOURCE + "table/<int:table_id>/"
_SCAN = _SOURCE + "scan/<int:scan_id>/"
_CHANGE = "changes/<str:number>/"
urlpatterns = [
    path("", desk.front, name="front"),
    path("report.pdf", report_pages.report, name="report"),
    path("connect/", desk_sources.connect, name="connect"),
    path("overview/", desk_overview.overview, name="overview"),
    path("fields/", desk_overview.fields, name="fields"),
    path("changes/", desk_changes.changes, name="changes"),
    path(_CHANGE, desk_changes.change, name="change"),
    path(_CHANGE + "decide/", desk_changes.decide, name="decide_change"),
    path(_CHANGE + "give/", desk_changes.give, name="give_change"),
    path("recipients/", desk_sharing.recipients, name="recipients"),
    path("recipients/add/", desk_sharing.add_recipient, name="add_recipient"),
    path("recipients/<slug:key>/", desk_sharing.recipient, name="recipient"),
    path("recipients/<slug:key>/change/", desk_sharing.change_recipient, name="change_recipient"),
    path("recipients/<slug:key>/end/", desk_sharing.end_recipient, name="end_recipient"),
    path("manual-sources/", desk_sharing.manual_sources, name="manual_sources"),
    path("manual-sources/add/", desk_sharing.add_manual_source, name="add_manual_source"),
    path("manual-sources/<slug:key>/", desk_sharing.manual_source, name="manual_source"),
    path("manual-sources/<slug:key>/change/", desk_sharing.change_manual_source, name="change_manual_source"),
    path("manual-sources/<slug:key>/end/", desk_sharing.end_manual_source, name="end_manual_source"),
    path(_SOURCE, desk_sources.source_page, name="source"),
    path(_SOURCE + "tables/", desk.source_front, name="source_front"),
    path(_SOURCE + "graph/", desk_overview.graph, name="graph"),
    path(_SOURCE + "confirm/", desk_confirm.confirm_source, name="confirm_source"),
    path(_SOURCE + "describe/", desk_sources.describe, name="describe"),
    path(_SOURCE + "rights/", desk_sources.rights, name="rights"),
    path(_SOURCE + "file/", desk_sources.file, name="file"),
    path(_SOURCE + "json/", desk_sources.as_json, name="json"),
    path(_SOURCE + "plan/", desk_scans.plan, name="plan"),
    path(_SOURCE + "scan/", desk_scans.start_scan, name="start_scan"),
    path(_SCAN, desk_scans.scan, name="scan"),
    path(_SCAN + "pause/", desk_scans.pause_scan, name="pause_scan"),
    path(_SCAN + "stop/", desk_scans.stop_scan, name="stop_scan"),
    path(_SCAN + "decide/", desk_scans.decide_differences, name="decide_differences"),
    path(_TABLE, desk.table, name="table"),
    path(_TABLE + "confirm/", desk.confirm_fields, name="confirm_fields"),
    path(_TABLE + "decide/", desk.decide_fields, name="decide_fields"),
    path(_TABLE + "undo/", desk.undo, name="undo"),
    path(_TABLE + "set/", desk.set_table, name="set_table"),
    path(_TABLE + "field/<int:field_id>/confirm/", desk.confirm_field, name="confirm_field"),
    path(_TABLE + "field/<int:field_id>/correct/", desk.correct_field, name="correct_field"),
    path(_TABLE + "field/<int:field_id>/examples/", desk_examples.show_examples, name="examples"),
    path(_TABLE + "link/add/", desk_links.add_link, name="add_link"),
    path(_TABLE + "link/decide/", desk_links.decide_links, name="decide_links"),
    path(_TABLE + "link/<int:link_id>/role/", desk_links.set_role, name="set_role"),
    path(_TABLE + "link/<int:link_id>/remove/", desk_links.remove_link, name="remove_link"),
]
