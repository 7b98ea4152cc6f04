"""Texts that registrants hand over as English templates and that the desk translates when it renders."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.utils.translation import gettext


@dataclass(frozen=True, slots=True)
class Text:
    """An English template marked with `gettext_noop`, and its `%(name)s` parameters."""

    message: str
    params: Mapping[str, str | int] = field(default_factory=dict)


def translated(text: str | Text) -> str:
    """Return `text` in the language of this request."""
    if isinstance(text, Text):
        message = gettext(text.message) if text.message else ""
        return message % text.params if text.params else message
    return gettext(text) if text else ""
