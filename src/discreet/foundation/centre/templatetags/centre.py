"""What public templates use beside `desk`'s icons."""

from django import template
from django.template import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from discreet.foundation.centre import form_guard
from discreet.foundation.centre.shell import Shell, shell_of

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
