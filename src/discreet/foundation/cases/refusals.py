"""What cases refuse."""

from typing import ClassVar

from discreet.vocabulary.errors import Refused
from discreet.vocabulary.text import gettext_noop


class UnknownCase(Refused):
    code: ClassVar[str] = "unknown_case"
    message: ClassVar[str] = gettext_noop("There is no case %(number)s. Check the number.")
    status: ClassVar[int] = 404


class StaleCase(Refused):
    """Someone else changed the case between reading and writing."""

    code: ClassVar[str] = "stale_case"
    message: ClassVar[str] = gettext_noop(
        "%(number)s has changed since you opened it. Reload the page, look at what changed, and decide again."
    )
    status: ClassVar[int] = 409


class WrongState(Refused):
    code: ClassVar[str] = "wrong_state"
    message: ClassVar[str] = gettext_noop("%(number)s is “%(state)s”, so this step is not possible now.")
    status: ClassVar[int] = 409


class CaseClosed(Refused):
    code: ClassVar[str] = "case_closed"
    message: ClassVar[str] = gettext_noop("%(number)s is closed. Open a new case instead.")
    status: ClassVar[int] = 409


class UnknownTask(Refused):
    code: ClassVar[str] = "unknown_task"
    message: ClassVar[str] = gettext_noop("This task of %(number)s is done already, or never was.")
    status: ClassVar[int] = 409


class SamePerson(Refused):
    """Four eyes: whoever proposed must not decide."""

    code: ClassVar[str] = "same_person"
    message: ClassVar[str] = gettext_noop("A second person must do this: you took the step before it.")
    status: ClassVar[int] = 403


class BadPage(Refused):
    code: ClassVar[str] = "bad_page"
    message: ClassVar[str] = gettext_noop("Page numbers run from 1 to 100000, with 1 to 200 rows a page.")
    status: ClassVar[int] = 400
