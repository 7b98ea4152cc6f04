"""What every page of the desk shows around its content. A context processor, lazy in every part."""

from collections.abc import Sequence

from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext

from discreet.foundation.desk import notifications
from discreet.foundation.desk.navigation import PlaceGroup, places
from discreet.foundation.desk.phrases import is_chinese
from discreet.foundation.organisation.queries import profile
from discreet.foundation.staff.actors import actor_of, display_name
from discreet.foundation.staff.words import role_label

THEME_COOKIE = "discreet_theme"
THEMES = ("light", "dark")
DENSITY_COOKIE = "discreet_density"
DENSITIES = ("comfortable", "compact")


def theme_of(request: HttpRequest) -> str:
    """Return the theme the person chose, from their cookie, so that no page flashes; "" follows the device."""
    chosen = request.COOKIES.get(THEME_COOKIE, "")
    return chosen if chosen in THEMES else ""


def density_of(request: HttpRequest) -> str:
    """Return how close rows stand, as the person chose."""
    chosen = request.COOKIES.get(DENSITY_COOKIE, "")
    return chosen if chosen in DENSITIES else DENSITIES[0]


class DeskContext:
    """The shell's values, computed when the template asks."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request

    @cached_property
    def theme(self) -> str:
        return theme_of(self._request)

    @cached_property
    def density(self) -> str:
        return density_of(self._request)

    @cached_property
    def is_staff(self) -> bool:
        user = getattr(self._request, "user", None)
        return user is not None and user.is_authenticated

    @cached_property
    def shell(self) -> str:
        return "desk/base.html" if self.is_staff else "desk/entrance.html"

    @cached_property
    def places(self) -> Sequence[PlaceGroup]:
        return places(actor=actor_of(self._request), path=self._request.path) if self.is_staff else ()

    @cached_property
    def name(self) -> str:
        return display_name(self._request)

    @cached_property
    def unread(self) -> int:
        """How many notifications this person has not read."""
        if not self.is_staff:
            return 0
        return len(notifications.unread(actor_of(self._request), now=timezone.now()))

    @cached_property
    def company(self) -> str:
        own = profile()
        first, second = (own.name_zh, own.name_en) if is_chinese() else (own.name_en, own.name_zh)
        return first or second or gettext("Discreet")

    @cached_property
    def roles(self) -> str:
        separator = "、" if is_chinese() else ", "
        return separator.join(gettext(role_label(role)) for role in sorted(actor_of(self._request).roles))


def desk(request: HttpRequest) -> dict[str, DeskContext]:
    """Give templates `desk`."""
    return {"desk": DeskContext(request)}
