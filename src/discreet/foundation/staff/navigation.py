"""Where staff pages stand in the sidebar, and their acts in words."""

from discreet.foundation.desk import acts
from discreet.foundation.desk.navigation import Group, NavItem, register
from discreet.vocabulary.actors import Role
from discreet.vocabulary.text import gettext_noop

READERS = frozenset({Role.ADMINISTRATOR, Role.AUDITOR})

register(
    NavItem(
        label=gettext_noop("Accounts"),
        icon="users-group",
        url_name="staff:members",
        group=Group.GOVERNANCE,
        roles=READERS,
        order=95,
    )
)
register(
    NavItem(
        label=gettext_noop("API tokens"),
        icon="api",
        url_name="staff:tokens",
        group=Group.GOVERNANCE,
        roles=READERS,
        order=96,
    )
)
acts.register(
    {
        "staff.create_member": gettext_noop("Account added"),
        "staff.change_roles": gettext_noop("Roles changed"),
        "staff.deactivate_member": gettext_noop("Account closed"),
        "staff.reactivate_member": gettext_noop("Account opened again"),
        "staff.reset_sign_in": gettext_noop("Sign-in reset"),
        "staff.change_password": gettext_noop("Password changed"),
        "staff.sign_in": gettext_noop("Signed in"),
        "staff.refuse_sign_in": gettext_noop("Sign-in refused"),
        "staff.refuse_second_factor": gettext_noop("Second factor refused"),
        "staff.lock_out": gettext_noop("Locked out after failed sign-ins"),
        "staff.change_factor": gettext_noop("Second factor changed"),
        "staff.admit_from_provider": gettext_noop("Vouched for by the identity provider"),
        "staff.create_token": gettext_noop("API token created"),
        "staff.revoke_token": gettext_noop("API token revoked"),
    }
)
