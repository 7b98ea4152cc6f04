"""The box for a source's address: read while it is typed, its password in a box of its own and never shown again."""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from django import forms
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext

_SECRET = re.compile(r"pass|pwd|secret|token|key", re.IGNORECASE)
_ACCOUNT = re.compile(
    r"^(?P<scheme>[a-z0-9+]+://)(?P<user>[^:/@]*)(?::(?P<password>.*))?@(?P<rest>[^@]*)$", re.IGNORECASE
)


class AddressBox(forms.TextInput):
    """Two inputs of one value: `NAME` holds the address, `NAME_password` the password that goes into it."""

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> str:
        """Return the address with the password of its own box, where there is one."""
        address, password = str(data.get(name) or "").strip(), str(data.get(f"{name}_password") or "")
        found = _ACCOUNT.match(address)
        if not password or found is None:
            return address
        return f"{found['scheme']}{found['user']}:{quote(password, safe='')}@{found['rest']}"

    def format_value(self, value: Any) -> str:
        """Return what was typed without its password."""
        return without_password(str(value or ""))

    def render(
        self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None
    ) -> SafeString:
        given = attrs or {}
        shown = super().render(name, value, {**given, "autocomplete": "off", "spellcheck": "false"}, renderer)
        password = forms.PasswordInput().render(
            f"{name}_password",
            None,
            {
                "class": given.get("class", "form-control"),
                "id": f"{given.get('id', f'id_{name}')}_password",
                "aria-label": gettext("Password of this address"),
                "placeholder": gettext("Password of this address"),
                "autocomplete": "new-password",
            },
            renderer,
        )
        return format_html("{}{}", shown, password)


def without_password(address: str) -> str:
    """Return an address as it may stand on a page again; nothing of one in which a secret cannot be told apart."""
    found = _ACCOUNT.match(address)
    shown = f"{found['scheme']}{found['user']}@{found['rest']}" if found else address
    if found is None and "@" in address:
        return ""
    return shown.partition("?")[0] if _SECRET.search(shown.partition("?")[2]) else shown


def has_account(address: str) -> bool:
    """Say whether an address names the user whose password is asked for."""
    found = _ACCOUNT.match(address.strip())
    return found is not None and bool(found["user"])
