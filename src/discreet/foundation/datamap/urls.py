"""Addresses of the data map."""

from django.urls import path

from discreet.foundation.datamap import desk, report_pages

app_name = "datamap"
_TABLE = "source/<slug:source>/table/<int:table_id>/"
urlpatterns = [
    path("", desk.front, name="front"),
    path("report.pdf", report_pages.report, name="report"),
    path("connect/", desk.connect, name="connect"),
    path("source/<slug:source>/", desk.source_page, name="source"),
    path("source/<slug:source>/confirm/", desk.confirm_source, name="confirm_source"),
    path("source/<slug:source>/describe/", desk.describe, name="describe"),
    path("source/<slug:source>/file/", desk.file, name="file"),
    path("source/<slug:source>/json/", desk.as_json, name="json"),
    path(_TABLE, desk.table, name="table"),
    path(_TABLE + "confirm/", desk.confirm_fields, name="confirm_fields"),
    path(_TABLE + "set/", desk.set_table, name="set_table"),
    path(_TABLE + "field/<int:field_id>/confirm/", desk.confirm_field, name="confirm_field"),
    path(_TABLE + "field/<int:field_id>/correct/", desk.correct_field, name="correct_field"),
    path(_TABLE + "link/add/", desk.add_link, name="add_link"),
    path(_TABLE + "link/<int:link_id>/role/", desk.set_role, name="set_role"),
    path(_TABLE + "link/<int:link_id>/remove/", desk.remove_link, name="remove_link"),
]
