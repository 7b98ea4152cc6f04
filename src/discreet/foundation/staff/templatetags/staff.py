"""Words for roles and scopes in templates."""

from collections.abc import Collection

from django import template
from django.utils.translation import gettext

from discreet.foundation.staff.rules import Scope
from discreet.foundation.staff.single_sign_on import provider_settings
from discreet.foundation.staff.words import role_label, scope_label
from discreet.vocabulary.actors import Role

register = template.Library()


@register.filter
def role_word(role: Role) -> str:
    return gettext(role_label(role))


@register.filter
def scope_word(scope: str) -> str:
    known = {one.value for one in Scope}
    return gettext(scope_label(Scope(scope))) if scope in known else scope


@register.filter
def in_order(roles: Collection[Role]) -> list[Role]:
    """Return roles in the order of their definition."""
    return [role for role in Role if role in roles]


@register.simple_tag
def provider_name() -> str:
    """Return what people call the company's identity provider, or nothing when there is none."""
    provider = provider_settings()
    return provider.name if provider else ""
