"""The acts on the company profile in words."""

from discreet.foundation.desk import acts
from discreet.vocabulary.text import gettext_noop

acts.register(
    {
        "organisation.set_profile": gettext_noop("Company profile changed"),
    }
)
