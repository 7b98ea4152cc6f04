"""Where the law stands in the sidebar."""

from discreet.foundation.desk.navigation import Group, NavItem, register
from discreet.vocabulary.text import gettext_noop

register(
    NavItem(label=gettext_noop("Law"), icon="scale", url_name="law:front", group=Group.GOVERNANCE, order=80)
)
