"""Whom an appeal waits for: somebody who did not decide and may, so that it never lies where nobody sees it."""

from datetime import datetime

from discreet.foundation.cases import actions as cases
from discreet.foundation.cases.actions import NewTask
from discreet.foundation.staff.queries import members
from discreet.mechanisms.rights.course.history import deciders_of
from discreet.vocabulary.actors import SYSTEM, Role
from discreet.vocabulary.text import gettext_noop

TASK_APPEAL = gettext_noop("Look at the appeal: nobody who decided before")
TASK_NOBODY = gettext_noop(
    "An appeal waits and nobody may decide it: make somebody an approver who did not decide before"
)
KEY = "appeal"


def ask_for_another_look(*, now: datetime, number: str, batch_id: int) -> None:
    """Give the task to a role in which somebody may decide: approvers first, then administrators.

    Called within the act that takes the appeal.
    """
    deciders = deciders_of(number, batch_id)
    role, barred, what = Role.ADMINISTRATOR, "", TASK_NOBODY
    active = [member for member in members() if member.is_active]
    for one in (Role.APPROVER, Role.ADMINISTRATOR):
        people = {member.username.casefold() for member in active if one in member.roles}
        if people - deciders:
            role, barred, what = one, max(people & deciders, default=""), TASK_APPEAL
            break
    task = NewTask(
        key=KEY, what=what, role=role, barred=barred, url_name="rights:request", url_args=(number,)
    )
    cases.add_task(actor=SYSTEM, now=now, number=number, task=task)
