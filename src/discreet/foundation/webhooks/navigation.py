"""Where webhooks stand in the sidebar, their acts in words, and what staff are told of them."""

from discreet.foundation.desk import acts, notify
from discreet.foundation.desk.navigation import Group, NavItem, register
from discreet.foundation.desk.notify import NotificationKind
from discreet.vocabulary.actors import Role
from discreet.vocabulary.text import gettext_noop

register(
    NavItem(
        label=gettext_noop("Webhooks"),
        icon="send",
        url_name="webhooks:front",
        group=Group.GOVERNANCE,
        roles=frozenset({Role.ADMINISTRATOR}),
        order=97,
    )
)
acts.register(
    {
        "webhooks.subscribe": gettext_noop("Webhook added"),
        "webhooks.choose_events": gettext_noop("Webhook's events changed"),
        "webhooks.pause": gettext_noop("Webhook paused"),
        "webhooks.resume": gettext_noop("Webhook resumed"),
        "webhooks.remove": gettext_noop("Webhook removed"),
        "webhooks.rotate_secret": gettext_noop("Webhook's secret renewed"),
        "webhooks.permit_network": gettext_noop("Private network permitted for webhooks"),
        "webhooks.withdraw_network": gettext_noop("Permission for a private network withdrawn"),
        "webhooks.send_test": gettext_noop("Webhook tested"),
        "webhooks.send_again": gettext_noop("Webhook's message sent again"),
        "webhooks.queue": gettext_noop("Webhooks told of an event"),
        "webhooks.call": gettext_noop("Signed call to a recipient queued"),
        "webhooks.ask_to_send": gettext_noop("Webhooks' messages tried again"),
        "webhooks.note_delivery": gettext_noop("Webhook's message delivered"),
        "webhooks.stop": gettext_noop("Webhook paused after days of failures"),
        "webhooks.expire": gettext_noop("Old messages of webhooks deleted"),
    }
)
acts.register_endings(
    "webhooks.note_delivery",
    fact="state",
    labels={
        "given_up": gettext_noop("Webhook's message given up"),
        "dropped": gettext_noop("Webhook's message dropped"),
    },
)
acts.register_endings(
    "webhooks.stop",
    fact="why",
    labels={
        "gone": gettext_noop("Webhook disabled: its receiver is gone"),
        "stopped_before": gettext_noop("Webhook stopped already"),
    },
)
notify.register(
    NotificationKind(
        kind="webhooks.given_up",
        text=gettext_noop("Messages to the webhook “%(name)s” were given up after three days of tries."),
        icon="send",
    )
)
notify.register(
    NotificationKind(
        kind="webhooks.paused",
        text=gettext_noop("The webhook “%(name)s” failed for three days and is paused. Its messages wait."),
        icon="send",
    )
)
notify.register(
    NotificationKind(
        kind="webhooks.gone",
        text=gettext_noop("The receiver of the webhook “%(name)s” says it is gone. It is told nothing more."),
        icon="send",
    )
)
