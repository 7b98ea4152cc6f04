"""Who was told and asked of a request, on the pages of the request: to the customer by name and state alone."""

from django import template
from django.utils import translation

from discreet.mechanisms.rights.outside import manual_pages
from discreet.mechanisms.rights.outside import pages as notices

register = template.Library()


@register.inclusion_tag("rights/recipients_told.html")
def recipients_told(number: str) -> dict[str, object]:
    """Name to the customer who was told. Source: GDPR Art. 19, last sentence."""
    return {"lines": notices.notice_lines(number, language=translation.get_language() or "en")}


@register.inclusion_tag("rights/recipients_of_request.html")
def recipients_of_request(number: str) -> dict[str, object]:
    """List for staff who was told, with the way to the page where it is noted."""
    return {
        "number": number,
        "lines": notices.notice_lines(number, language=translation.get_language() or "en"),
    }


@register.inclusion_tag("rights/manual_of_request.html")
def manual_of_request(number: str) -> dict[str, object]:
    """List for staff which places that no program reads were asked, with the way to their answers."""
    return {
        "number": number,
        "lines": manual_pages.short_lines(number, language=translation.get_language() or "en"),
    }
