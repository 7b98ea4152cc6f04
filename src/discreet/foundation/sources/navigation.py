"""The acts on sources in words."""

from discreet.foundation.desk import acts
from discreet.vocabulary.text import gettext_noop

acts.register(
    {
        "sources.connect_source": gettext_noop("Source connected"),
        "sources.describe_source": gettext_noop("Schema of a source read"),
    }
)
