"""What every public page shows around its content: the company's name, language, theme, contacts."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import get_language

from discreet.foundation.organisation.queries import profile

THEMES = ("light", "dark")
THEME_COOKIE = "discreet_theme"


@dataclass(frozen=True, slots=True)
class Shell:
    """`theme` is empty as long as the person has chosen none: the page then follows the device."""

    company: str
    officer: str
    contact: str
    phone: str
    theme: str
    light_url: str
    dark_url: str
    chinese_url: str
    english_url: str


def shell_of(request: HttpRequest) -> Shell:
    """Return the values of the base template."""
    company = profile()
    chosen = request.COOKIES.get(THEME_COOKIE, "")
    back = "?" + urlencode({"next": request.get_full_path() if request.method == "GET" else "/privacy/"})
    return Shell(
        company=company.name(get_language() or "en"),
        officer=company.officer,
        contact=company.officer_email or company.contact_email,
        phone=company.contact_phone,
        theme=chosen if chosen in THEMES else "",
        light_url=reverse("centre:theme", args=["light"]) + back,
        dark_url=reverse("centre:theme", args=["dark"]) + back,
        chinese_url=reverse("centre:language", args=["zh-hans"]) + back,
        english_url=reverse("centre:language", args=["en"]) + back,
    )
