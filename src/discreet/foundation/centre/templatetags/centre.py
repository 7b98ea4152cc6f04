"""What public templates use beside `desk`'s icons."""

from django import template
from django.template import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from discreet.foundation.centre import form_guard
from discreet.foundation.centre.handover import HandedOver
from discreet.foundation.centre.shell import Shell, shell_of
from discreet.foundation.desk import masks

register = template.Library()


@register.simple_tag(takes_context=True)
def centre_shell(context: Context) -> Shell:
    """Return what the base template shows around the content."""
    return shell_of(context["request"])


@register.simple_tag
def guard_fields(token: str) -> SafeString:
    """Draw a form's token and the field that only programs fill. `token`: `form_guard.issue(now=now)`."""
    return format_html(
        '<input type="hidden" name="{}" value="{}"><div class="trap" aria-hidden="true"><label>{}'
        '<input name="{}" tabindex="-1" autocomplete="off"></label></div>',
        form_guard.TOKEN_FIELD,
        token,
        gettext("Leave this empty"),
        form_guard.TRAP_FIELD,
    )


@register.filter
def text(message: str) -> str:
    """Translate a registered English text."""
    return gettext(message)


@register.inclusion_tag("centre/parts/handed_over.html", takes_context=True)
def handed_over_note(context: Context, held: HandedOver) -> dict[str, object]:
    """Say who came signed in and from where, masked, with a way to say that it is somebody else."""
    number, email = held.customer_number, held.email
    who = masks.mask_email(email) if email else f"••{number[-2:]}" if len(number) > 3 else ""
    return {"held": held, "who": who, "csrf_token": context.get("csrf_token")}
