"""The acts on papers in words."""

from discreet.foundation.desk import acts
from discreet.vocabulary.text import gettext_noop

acts.register(
    {
        "papers.ask_paper": gettext_noop("Document asked for"),
        "papers.stop_asking": gettext_noop("Document no longer asked for"),
        "papers.receive_paper": gettext_noop("Document received, sealed"),
        "papers.note_scan": gettext_noop("Document scanned: no malware found"),
        "papers.show_paper": gettext_noop("Document looked at, with a reason"),
        "papers.note_check": gettext_noop("Document accepted and destroyed"),
        "papers.destroy_paper": gettext_noop("Document destroyed unchecked"),
        "papers.note_removed": gettext_noop("Document’s file overwritten and deleted"),
        "papers.forget_case": gettext_noop("Documents of the case destroyed"),
    }
)
acts.register_endings(
    "papers.note_scan",
    fact="verdict",
    labels={"infected": gettext_noop("Document carried malware: destroyed")},
)
acts.register_endings(
    "papers.note_check", fact="accepted", labels={"False": gettext_noop("Document not accepted, destroyed")}
)
acts.register_endings(
    "papers.destroy_paper", fact="why", labels={"lost": gettext_noop("Document’s file was missing")}
)
