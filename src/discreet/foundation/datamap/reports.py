"""The report of the data map, among the desk's reports."""

from discreet.foundation.desk.reports import Report, register
from discreet.vocabulary.text import gettext_noop

register(
    Report(
        url_name="datamap:report",
        icon="sitemap",
        label=gettext_noop("Data map: what personal data stands where"),
        detail=gettext_noop(
            "Sources, categories with their fields, tables of people, and what is still open"
        ),
    )
)
