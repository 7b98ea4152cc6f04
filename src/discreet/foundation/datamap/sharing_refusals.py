"""What is refused about recipients and manual sources."""

from discreet.vocabulary.errors import Refused
from discreet.vocabulary.text import gettext_noop


class UnknownRecipient(Refused):
    code = "unknown_recipient"
    status = 404
    message = gettext_noop("There is no recipient “%(key)s”, or it has ended.")


class UnknownManualSource(Refused):
    code = "unknown_manual_source"
    status = 404
    message = gettext_noop("There is no manual source “%(key)s”, or it has ended.")


class BadKey(Refused):
    code = "bad_sharing_key"
    status = 422
    message = gettext_noop(
        "A short name has 2 to 40 small letters, digits and hyphens and begins with a letter."
    )


class KeyTaken(Refused):
    code = "sharing_key_taken"
    message = gettext_noop("The short name “%(key)s” is taken. Choose another one, or change what has it.")


class NameMissing(Refused):
    code = "sharing_name_missing"
    status = 422
    message = gettext_noop("Give the name in English and in Chinese: customers read it.")


class CannotBeTold(Refused):
    code = "recipient_cannot_be_told"
    status = 422
    message = gettext_noop(
        "Say how it is told: an e-mail address, the name of a set-up for signed calls, or a person."
    )


class NobodyAnswers(Refused):
    code = "sharing_nobody_answers"
    status = 422
    message = gettext_noop("“%(name)s” is no active account that may do this.")


class UnknownPlace(Refused):
    code = "sharing_unknown_table"
    status = 422
    message = gettext_noop("The data map has no table “%(table)s”.")


class UnknownCountry(Refused):
    code = "sharing_unknown_country"
    status = 422
    message = gettext_noop("“%(country)s” is no country code of two letters.")


class BadDays(Refused):
    code = "sharing_bad_days"
    status = 422
    message = gettext_noop("Days are whole numbers from 1 to 365, and an end is not before its start.")
