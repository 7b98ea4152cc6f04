"""What can be foreseen. Each refusal lives beside the act that raises it; only the base stands here."""

from typing import ClassVar

from discreet.vocabulary.text import gettext_noop


class Refused(Exception):
    """A foreseen refusal that tells the person what to do, without personal data or internals.

    Subclasses set `code` (stable, for machines), `message` (an English template for `gettext`, with
    `%(name)s` parameters) and `status` (the HTTP status a web door answers with). Doors translate:
    `gettext(refusal.message) % refusal.params`. `templates` names the parameters that are English
    templates themselves, such as the words for a state: doors translate them too.
    """

    code: ClassVar[str] = "refused"
    message: ClassVar[str] = gettext_noop("This was refused.")
    status: ClassVar[int] = 409
    templates: ClassVar[frozenset[str]] = frozenset()

    def __init__(self, **params: str | int) -> None:
        self.params: dict[str, str | int] = params
        super().__init__(self.message % params if params else self.message)
