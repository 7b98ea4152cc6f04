"""What acts on accounts and tokens refuse."""

from discreet.vocabulary.errors import Refused
from discreet.vocabulary.text import gettext_noop


class NotAdministrator(Refused):
    code = "not_administrator"
    message = gettext_noop("Only administrators give or take rights. Ask one of them.")
    status = 403


class OwnRights(Refused):
    code = "own_rights"
    message = gettext_noop("Nobody changes their own rights. Ask another administrator.")
    status = 403


class LastAdministrator(Refused):
    code = "last_administrator"
    message = gettext_noop("“%(name)s” is the last administrator. Make someone else one first.")


class BadUsername(Refused):
    code = "bad_username"
    message = gettext_noop(
        "An account name has 2 to 60 lower-case letters, digits, dots, dashes or underscores, "
        "and is no e-mail address."
    )
    status = 422


class NameTaken(Refused):
    code = "name_taken"
    message = gettext_noop("There is an account of this name or e-mail already. Choose another.")


class BadPassword(Refused):
    code = "bad_password"
    message = gettext_noop("This password is too short, too common or like the account's name.")
    status = 422


class UnknownMember(Refused):
    code = "unknown_member"
    message = gettext_noop("There is no such account.")
    status = 404


class UnknownToken(Refused):
    code = "unknown_token"
    message = gettext_noop("There is no such token, or it was revoked already.")
    status = 404


class BadToken(Refused):
    code = "bad_token"
    message = gettext_noop("A token needs a name, at least one scope and between 1 and 366 days.")
    status = 422


class AccountClosed(Refused):
    code = "account_closed"
    message = gettext_noop("This account is closed. Ask an administrator to open it again.")
    status = 403


class NoAccountForAddress(Refused):
    code = "no_account_for_address"
    message = gettext_noop(
        "Nobody here has the e-mail that your identity provider names. Ask an administrator for an account."
    )
    status = 403


class AddressNotVerified(Refused):
    code = "address_not_verified"
    message = gettext_noop(
        "Your identity provider does not say that your e-mail is verified. Have it verified there first."
    )
    status = 403


class LinkedToAnother(Refused):
    code = "linked_to_another"
    message = gettext_noop(
        "This e-mail's account belongs to another person at the identity provider. An administrator can "
        "reset its sign-in."
    )
    status = 403


class NoRoleFromProvider(Refused):
    code = "no_role_from_provider"
    message = gettext_noop("None of your groups has a role here. Ask who manages groups.")
    status = 403


class ProviderAnswerRefused(Refused):
    code = "provider_answer_refused"
    message = gettext_noop(
        "The identity provider's answer could not be trusted. Start again from the sign-in page."
    )
    status = 401


class ProviderUnreachable(Refused):
    code = "provider_unreachable"
    message = gettext_noop(
        "The identity provider cannot be reached right now. Try again, or sign in with your password."
    )
    status = 503
