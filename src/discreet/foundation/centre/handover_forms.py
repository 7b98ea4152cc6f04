"""The form that registers a site. It explains; the act decides."""

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from discreet.foundation.centre.handover_tokens import LONGEST_KEY, Algorithm


def _algorithms() -> list[tuple[str, str]]:
    return [
        (Algorithm.EDDSA.value, gettext("Ed25519 key pair (EdDSA): recommended")),
        (Algorithm.ES256.value, gettext("P-256 key pair (ES256)")),
        (Algorithm.HS256.value, gettext("Shared secret (HS256): made here, shown once")),
    ]


class SiteForm(forms.Form):
    name = forms.CharField(
        label=_("Name that customers know"), max_length=80, help_text=_("For example: Web shop")
    )
    site_id = forms.CharField(
        label=_("Short name, which stands as `iss` in tokens"),
        max_length=40,
        help_text=_("Lower-case letters, digits and dashes. It is never given twice."),
    )
    return_url = forms.CharField(
        label=_("Address to go back to"),
        max_length=200,
        help_text=_("For example: https://shop.example.com/account"),
    )
    algorithm = forms.ChoiceField(label=_("How the site signs"), choices=_algorithms)
    public_key = forms.CharField(
        label=_("The site’s public key"),
        max_length=LONGEST_KEY,
        required=False,
        widget=forms.Textarea(attrs={"rows": 6, "spellcheck": "false", "autocomplete": "off"}),
        help_text=_("PEM or JWK. Leave it empty for a shared secret."),
    )
