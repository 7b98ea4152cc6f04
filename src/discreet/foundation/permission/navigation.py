"""Where standing choices stand in the desk's sidebar, and their acts in words."""

from discreet.foundation.desk import acts
from discreet.foundation.desk.navigation import Group, NavItem, register
from discreet.vocabulary.text import gettext_noop

register(
    NavItem(
        label=gettext_noop("Standing choices"),
        icon="hand-stop",
        url_name="permission:choices",
        group=Group.CUSTOMERS,
        order=20,
    )
)
acts.register(
    {
        "permission.restrict": gettext_noop("Processing restricted"),
        "permission.object_to": gettext_noop("Objection kept"),
        "permission.withdraw_consent": gettext_noop("Consent withdrawn"),
        "permission.opt_out": gettext_noop("Opted out of sale and sharing"),
        "permission.limit_sensitive": gettext_noop("Sensitive use limited"),
        "permission.choose_some": gettext_noop("Choices of many people kept"),
        "permission.tell_lifting": gettext_noop("Told that the restriction will be lifted"),
        "permission.mail_lifting": gettext_noop("Mailed that the restriction will be lifted"),
        "permission.lift_restriction": gettext_noop("Restriction lifted"),
        "permission.withdraw_objection": gettext_noop("Objection taken back"),
        "permission.uphold_objection": gettext_noop("Objection upheld"),
        "permission.override_objection": gettext_noop("Objection overridden on compelling grounds"),
        "permission.ask_opt_in": gettext_noop("Opting in asked for"),
        "permission.note_asking": gettext_noop("A person asked to agree again"),
        "permission.confirm_opt_in": gettext_noop("Opted in again"),
        "permission.hand_over_list": gettext_noop("A day's choices handed over, to tell recipients"),
        "permission.settle_list": gettext_noop("A day's list settled, its people forgotten"),
        "permission.tie": gettext_noop("Identifiers of one person tied"),
    }
)
