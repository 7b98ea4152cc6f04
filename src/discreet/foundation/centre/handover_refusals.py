"""What is refused of sites and of what they hand over. The person reads these at a site's link: each says what to do."""

from typing import ClassVar

from discreet.vocabulary.errors import Refused
from discreet.vocabulary.text import gettext_noop


class HandoverUnreadable(Refused):
    """Malformed, too long, of no site that is registered, or not signed by it: all the same to who tries."""

    code: ClassVar[str] = "handover_unreadable"
    message: ClassVar[str] = gettext_noop(
        "What the site sent does not prove who you are. Go back to the site, sign in and follow its link again. Or "
        "ask here without it: we then check your identity with a code."
    )
    status: ClassVar[int] = 400


class HandoverTooOld(Refused):
    code: ClassVar[str] = "handover_too_old"
    message: ClassVar[str] = gettext_noop(
        "The link from the site works for a few minutes only, and those are over. Go back to the site and follow "
        "its link again."
    )
    status: ClassVar[int] = 400


class HandoverUsed(Refused):
    code: ClassVar[str] = "handover_used"
    message: ClassVar[str] = gettext_noop(
        "This link from the site was used before; it works once. Go back to the site and follow its link again."
    )
    status: ClassVar[int] = 400


class HandoverNobody(Refused):
    code: ClassVar[str] = "handover_nobody"
    message: ClassVar[str] = gettext_noop(
        "The site did not say which customer you are. Tell the site, and ask here without it: we then check your "
        "identity with a code."
    )
    status: ClassVar[int] = 400


class HandoverOver(Refused):
    code: ClassVar[str] = "handover_over"
    message: ClassVar[str] = gettext_noop(
        "Your sign-in from the site has ended here. Go back to the site and follow its link again, or ask without it."
    )
    status: ClassVar[int] = 409


class SiteNameBad(Refused):
    code: ClassVar[str] = "site_name_bad"
    message: ClassVar[str] = gettext_noop(
        "The site’s short name has 2 to 40 lower-case letters, digits and dashes, and begins with a letter."
    )
    status: ClassVar[int] = 422


class SiteKnown(Refused):
    code: ClassVar[str] = "site_known"
    message: ClassVar[str] = gettext_noop(
        "There is or was a site of this short name. Choose another, also to give a site a new key."
    )
    status: ClassVar[int] = 409


class SiteAddressBad(Refused):
    code: ClassVar[str] = "site_address_bad"
    message: ClassVar[str] = gettext_noop(
        "The address to go back to begins with https:// and has no user name, such as https://shop.example.com/account."
    )
    status: ClassVar[int] = 422


class SiteKeyPrivate(Refused):
    code: ClassVar[str] = "site_key_private"
    message: ClassVar[str] = gettext_noop(
        "This is a private key. It belongs to the site alone: make a new pair, for this one was shown, and paste only "
        "the public key. Nothing was kept."
    )
    status: ClassVar[int] = 422


class SiteKeyBad(Refused):
    code: ClassVar[str] = "site_key_bad"
    message: ClassVar[str] = gettext_noop(
        "This is no public key that can be used: paste an Ed25519 or P-256 public key as PEM or JWK, of the kind that "
        "is chosen above."
    )
    status: ClassVar[int] = 422


class UnknownSite(Refused):
    code: ClassVar[str] = "unknown_site"
    message: ClassVar[str] = gettext_noop("There is no such site, or it was revoked already.")
    status: ClassVar[int] = 404


class SitesNotYours(Refused):
    code: ClassVar[str] = "sites_not_yours"
    message: ClassVar[str] = gettext_noop("Only administrators register and revoke sites.")
    status: ClassVar[int] = 403
