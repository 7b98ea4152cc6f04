"""Addresses of the desk."""

from django.urls import path

from discreet.foundation.desk import (
    calendar_pages,
    ledger_pages,
    notification_pages,
    pages,
    reports,
    search_pages,
    status_report,
)

app_name = "desk"
urlpatterns = [
    path("", pages.home, name="home"),
    path("work/", pages.work, name="work"),
    path("indicators/", pages.indicators, name="indicators"),
    path("notifications/", notification_pages.listing, name="notifications"),
    path("notifications/read/", notification_pages.read, name="read_notifications"),
    path("notifications/mail/", notification_pages.choose_mail, name="choose_mail"),
    path("reports/status.pdf", status_report.download, name="status_report"),
    path("reports/", reports.listing, name="reports"),
    path("search/", search_pages.everything, name="search"),
    path("search/suggest/", search_pages.suggest, name="suggest"),
    path("find/", search_pages.person, name="find"),
    path("calendar/", calendar_pages.month, name="calendar"),
    path("calendar/deadlines.ics", calendar_pages.download, name="calendar_file"),
    path("ledger/", ledger_pages.entries, name="ledger"),
    path("ledger/verify/", ledger_pages.verify, name="verify_ledger"),
    path("ledger/<int:entry_id>/", ledger_pages.entry, name="ledger_entry"),
    path("ledger/<int:entry_id>/proof.json", ledger_pages.entry_proof, name="ledger_entry_proof"),
]
