"""The fifteen mechanisms that duties belong to, by their numbers in the packs, and which are installed."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from django.apps import apps

from discreet.vocabulary.text import gettext_noop


@dataclass(frozen=True, slots=True)
class Mechanism:
    """One of the fifteen. `package` is its folder's name, `label` an English template."""

    id: str
    package: str
    label: str

    @property
    def is_installed(self) -> bool:
        return apps.is_installed(f"discreet.mechanisms.{self.package}")


def _all() -> dict[str, Mechanism]:
    named = (
        ("collection", gettext_noop("Collection and processing policy")),
        ("access", gettext_noop("Access control")),
        ("protection", gettext_noop("Encryption and anonymisation")),
        ("impact_assessment", gettext_noop("Privacy impact assessment")),
        ("training", gettext_noop("Staff training")),
        ("processors", gettext_noop("Third parties")),
        ("breaches", gettext_noop("Breach response")),
        ("rights", gettext_noop("Customer rights")),
        ("compliance", gettext_noop("Law and counsel")),
        ("security", gettext_noop("Technical measures")),
        ("complaints", gettext_noop("Complaints and feedback")),
        ("improvement", gettext_noop("Continuous improvement")),
        ("disposal", gettext_noop("Destruction")),
        ("transfers", gettext_noop("Cross-border transfer")),
        ("notices", gettext_noop("Public privacy policy")),
    )
    return {
        f"M{number}": Mechanism(id=f"M{number}", package=package, label=label)
        for number, (package, label) in enumerate(named, start=1)
    }


MECHANISMS: Mapping[str, Mechanism] = MappingProxyType(_all())
