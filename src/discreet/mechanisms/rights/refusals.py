"""What the acts of this mechanism refuse, each with what the person can do."""

from discreet.mechanisms.rights.lists.remarks import Remark
from discreet.mechanisms.rights.rules import State
from discreet.mechanisms.rights.words import STATES
from discreet.vocabulary.errors import Refused
from discreet.vocabulary.text import gettext_noop


class UnknownRequest(Refused):
    code = "rights.unknown_request"
    message = gettext_noop("There is no request %(number)s.")
    status = 404


class WrongRequestState(Refused):
    code = "rights.wrong_state"
    message = gettext_noop("Request %(number)s is “%(state)s”; this cannot be done to it now.")
    templates = frozenset({"state"})

    def __init__(self, *, number: str, state: str) -> None:
        super().__init__(number=number, state=STATES[State(state)])


class UnknownKind(Refused):
    code = "rights.unknown_kind"
    message = gettext_noop("“%(kind)s” is not a kind of request. Use one of: %(kinds)s.")
    status = 422


class UnknownCountry(Refused):
    code = "rights.unknown_country"
    message = gettext_noop(
        "“%(residence)s” is not a country code. Use two letters, such as DE or CN, or US-CA."
    )
    status = 422


class ReasonMissing(Refused):
    code = "rights.reason_missing"
    message = gettext_noop("Say how the identity was checked: the reason is recorded.")
    status = 422


class BadReceipt(Refused):
    code = "rights.bad_receipt"
    message = gettext_noop("A request is received today or earlier, and at most a year ago. Check the day.")
    status = 422


class UnknownRequester(Refused):
    code = "rights.unknown_requester"
    message = gettext_noop(
        "Say who asks: the person, an agent, a guardian, or a relative of somebody who died."
    )
    status = 422


class UnknownScope(Refused):
    code = "rights.unknown_scope"
    message = gettext_noop("Say what it is about: everything, advertising, or profiling.")
    status = 422


class RequesterMissing(Refused):
    code = "rights.requester_missing"
    message = gettext_noop("Whoever asks for somebody else gives a name.")
    status = 422


class ProofSaysNothing(Refused):
    code = "rights.proof_says_nothing"
    message = gettext_noop(
        "%(number)s was made by a guardian or a relative. A code to the person’s own address proves nothing of "
        "them: staff check their papers."
    )
    status = 409


class NothingNew(Refused):
    code = "rights.nothing_new"
    message = gettext_noop("That stands in the request already. Give a detail that is not in it yet.")
    status = 422


class NoCodeReturned(Refused):
    code = "rights.no_code_returned"
    message = gettext_noop("No code that was sent for %(number)s has come back.")
    status = 409


class NoSignIn(Refused):
    code = "rights.no_sign_in"
    message = gettext_noop("No site of the company vouched for whoever made %(number)s.")
    status = 409


class AuthorityMissing(Refused):
    """Somebody asks for another person, and nobody has checked yet that they may."""

    code = "rights.authority_missing"
    message = gettext_noop(
        "%(number)s is asked for by somebody else: first check on its page that they may, then who the person is."
    )


class NotForAnother(Refused):
    code = "rights.not_for_another"
    message = gettext_noop("%(number)s was made by the person: there is no authority to check.")
    status = 409


class AcknowledgedBefore(Refused):
    code = "rights.acknowledged_before"
    message = gettext_noop("The receipt of %(number)s was confirmed before.")
    status = 409


class ExtendedBefore(Refused):
    code = "rights.extended_before"
    message = gettext_noop("%(number)s was extended before; the law allows it once.")
    status = 409


class ExtensionTooLate(Refused):
    code = "rights.extension_too_late"
    message = gettext_noop(
        "%(number)s cannot be extended any more: the person had to hear of it before the first deadline."
    )
    status = 409


class NoExtension(Refused):
    code = "rights.no_extension"
    message = gettext_noop("No law that %(number)s runs under allows an extension.")
    status = 409


class NoPause(Refused):
    code = "rights.no_pause"
    message = gettext_noop(
        "No clock of %(number)s may stand still for this: its law lets it run on, or it stands still already."
    )
    status = 409


class ExtensionMovesNothing(Refused):
    code = "rights.extension_moves_nothing"
    message = gettext_noop(
        "The answer to %(number)s stays due by the same day: %(article)s may apply and allows no longer time."
    )
    status = 409


class PauseTooLate(Refused):
    code = "rights.pause_too_late"
    message = gettext_noop("The deadline of %(number)s has passed. It stays overdue until the answer.")
    status = 409


class NotPaused(Refused):
    code = "rights.not_paused"
    message = gettext_noop("No clock of %(number)s stands still.")
    status = 409


class DecideObjection(Refused):
    """GDPR Art. 21(1): a use that was objected to goes on only on grounds that are stated."""

    code = "rights.decide_objection"
    message = gettext_noop(
        "What %(number)s objects to has stopped. Uphold or override the objection itself; that ends the request."
    )
    status = 409


class AnswerIsHeld(Refused):
    """Failure promise 14: nothing goes to whom nobody knows to be the person."""

    code = "rights.answer_is_held"
    message = gettext_noop(
        "The contact point of %(number)s changed after its identity was proven. Check the identity anew first, and "
        "say how, on the page “Send the answer”."
    )
    status = 409


class NothingHeld(Refused):
    code = "rights.nothing_held"
    message = gettext_noop("No answer to %(number)s is held.")
    status = 409


class NotADuplicate(Refused):
    code = "rights.not_a_duplicate"
    message = gettext_noop(
        "%(number)s is no duplicate of %(other)s. Both must ask for the same right, be open, proven, and about the "
        "same person."
    )
    status = 409


class AppealTooLate(Refused):
    code = "rights.appeal_too_late"
    message = gettext_noop(
        "%(number)s cannot be looked at again: it has no answer yet, was appealed before, or was answered more than "
        "%(days)s days ago."
    )
    status = 409


class SamePersonDecides(Refused):
    code = "rights.same_person_decides"
    message = gettext_noop("You decided this request before. Somebody else looks at the appeal.")
    status = 403


class WhyMissing(Refused):
    code = "rights.why_missing"
    message = gettext_noop("A refusal needs a reason that the customer can read.")
    status = 422


class NotAnArticle(Refused):
    code = "rights.not_an_article"
    message = gettext_noop(
        "Name the article of a law. What looks like an address or a number is not recorded."
    )
    status = 422


class ArticleTooLong(Refused):
    code = "rights.article_too_long"
    message = gettext_noop("Name the article alone, in at most %(most)s characters.")
    status = 422


class NoLetter(Refused):
    code = "rights.no_letter"
    message = gettext_noop("There is no such letter of request %(number)s.")
    status = 404


class LetterUnusable(Refused):
    code = "rights.letter_unusable"
    message = gettext_noop("This text cannot be used: %(problems)s")
    status = 422


class LetterLeft(Refused):
    code = "rights.letter_left"
    message = gettext_noop(
        "This letter of request %(number)s cannot be edited now: it has left, or is not written yet."
    )


class LetterChanged(Refused):
    code = "rights.letter_changed"
    message = gettext_noop(
        "Somebody saved this text meanwhile. Load the page again, and write your change into it."
    )


class NotAnItem(Refused):
    code = "rights.not_an_item"
    message = gettext_noop(
        "The plan of this request holds no rows of “%(table)s” that could be decided on. Make the plan again, "
        "and choose a table that it names."
    )
    status = 422


class FieldsMissing(Refused):
    code = "rights.fields_missing"
    message = gettext_noop("In part means: name the fields of “%(table)s” that are not given or not erased.")
    status = 422


class NobodyFound(Refused):
    code = "rights.nobody_found"
    message = gettext_noop(
        "Nobody in the confirmed data map matches this request. Check the map, or refuse the request."
    )


class SeveralPeople(Refused):
    code = "rights.several_people"
    message = gettext_noop(
        "%(count)s people match request %(number)s. Choose who it is before anything is planned: on its page, "
        "or with `discreet rights candidates %(number)s` and `discreet rights choose %(number)s CANDIDATE`."
    )


class NotACandidate(Refused):
    code = "rights.not_a_candidate"
    message = gettext_noop("That person is not among those who match the request. Look again and choose.")
    status = 422


class PlanMissing(Refused):
    code = "rights.plan_missing"
    message = gettext_noop("There is no plan for %(number)s yet. Make the plan first: approval binds to it.")


class PlanChanged(Refused):
    code = "rights.plan_changed"
    message = gettext_noop(
        "The plan is no longer the one you saw. Nothing was done. Read the new plan and decide again."
    )


class OpenQuestions(Refused):
    code = "rights.open_questions"
    message = gettext_noop("Decide first what happens to the rows that others share: %(tables)s.")


class SamePersonApproves(Refused):
    code = "rights.same_person"
    message = gettext_noop("You prepared this plan, and erasure needs a second person. Ask another approver.")
    status = 403


class ShellActsForAnother(Refused):
    code = "rights.shell_acts_for_another"
    message = gettext_noop(
        "At this shell only the account “%(shell_user)s” may decide: that is who the operating system says you"
        " are. Sign in on the desk to decide under another account."
    )
    status = 403


class NotAnApprover(Refused):
    code = "rights.not_an_approver"
    message = gettext_noop("Approving needs the role “approver”. Ask an administrator, or another person.")
    status = 403


class NotYours(Refused):
    code = "rights.not_allowed"
    message = gettext_noop("Your role does not allow this. Ask an administrator.")
    status = 403


class NothingToSearch(Refused):
    code = "rights.nothing_to_search"
    message = gettext_noop(
        "%(number)s cannot be searched again: its erasure is not incomplete, or what it was searched by is "
        "destroyed."
    )
    status = 409


class NoPackage(Refused):
    code = "rights.no_package"
    message = gettext_noop(
        "There is no package for %(number)s: it is not ready, was fetched, or has expired."
    )
    status = 404


class BadImport(Refused):
    """`errors` says line by line what is wrong."""

    code = "rights.bad_import"
    message = gettext_noop(
        "Nothing was imported. Lines with something wrong: %(count)s, the first is line %(line)s."
    )
    status = 422

    def __init__(self, errors: tuple[Remark, ...]) -> None:
        super().__init__(count=len(errors), line=errors[0].line)
        self.errors = errors


class FileUnreadable(Refused):
    code = "rights.file_unreadable"
    message = gettext_noop(
        "The file %(file)s cannot be read. Check that it exists, is a file, and may be read by this account."
    )
    status = 422


class FileUnwritable(Refused):
    code = "rights.file_unwritable"
    message = gettext_noop(
        "The file %(file)s cannot be written. Check that its folder exists and may be written by this account."
    )
    status = 422


class NoDraft(Refused):
    code = "rights.no_draft"
    message = gettext_noop(
        "There is no such list: it was imported, dropped, or its day is over. Upload it again."
    )
    status = 404


class ImportUnfinished(Refused):
    code = "rights.import_unfinished"
    message = gettext_noop(
        "The import of %(batch)s was cut off. Import the same file again: it goes on there."
    )


class IdentityNotProven(Refused):
    code = "rights.identity_not_proven"
    message = gettext_noop(
        "The identity of %(number)s is not proven yet. Prove it first; then a plan is made."
    )


class NotAnEmail(Refused):
    code = "rights.not_an_email"
    message = gettext_noop("This is not an e-mail address. Write it as name@example.com.")
    status = 422


class NotAPhone(Refused):
    code = "rights.not_a_phone"
    message = gettext_noop(
        "This is not a phone number. Write it with its country code, such as +49 30 1234567."
    )
    status = 422


class NotReadable(Refused):
    code = "rights.not_readable"
    message = gettext_noop(
        "%(field)s holds characters that cannot be seen. Type it anew instead of pasting it."
    )
    status = 422
    templates = frozenset({"field"})


class TooLong(Refused):
    code = "rights.too_long"
    message = gettext_noop("%(field)s is too long: at most %(most)s characters.")
    status = 422
    templates = frozenset({"field"})


class NoLetterDue(Refused):
    code = "rights.no_letter_due"
    message = gettext_noop("No letter is due for %(number)s.")
    status = 409


class UnreadableWish(Refused):
    code = "rights.unreadable_wish"
    message = gettext_noop(
        "This is no wish to correct: JSON with “changes”, each with “kind”, “new” and perhaps “old”, and perhaps “note”."
    )
    status = 422


class NotCorrectable(Refused):
    code = "rights.not_correctable"
    message = gettext_noop("A kind of data that can be corrected is one of these: %(kinds)s.")
    status = 422


class WishElsewhere(Refused):
    code = "rights.wish_elsewhere"
    message = gettext_noop("Only a request of the kind “rectification” says what is to be corrected.")
    status = 422


class NothingToCorrect(Refused):
    code = "rights.nothing_to_correct"
    message = gettext_noop("Say which field is wrong and what is right.")
    status = 422


class NotThisKind(Refused):
    code = "rights.not_this_kind"
    message = gettext_noop("%(number)s is another kind of request: this cannot be done to it.")


class TooManyChanges(Refused):
    code = "rights.too_many_changes"
    message = gettext_noop("At most %(most)s fields can be corrected in one request.")
    status = 422


class OpenPlaces(Refused):
    code = "rights.open_places"
    message = gettext_noop(
        "Choose first what happens to the fields that are asked about: %(count)s are open."
    )


class NothingWouldChange(Refused):
    code = "rights.nothing_would_change"
    message = gettext_noop(
        "Nothing would be written: no field holds the value that is to be corrected, or all of them are left. "
        "Choose a field, or refuse the request with the reason."
    )


class NotAPlace(Refused):
    code = "rights.not_a_place"
    message = gettext_noop("The plan has changed since this page was shown. Look again and choose.")


class ValuesChanged(Refused):
    code = "rights.values_changed"
    message = gettext_noop(
        "%(table)s.%(column)s no longer holds the value that was to be corrected. Nothing was written there."
    )

    @property
    def is_begun(self) -> bool:
        """Other tables of the source hold the new values already."""
        return bool(self.params.get("is_begun"))


class WroteOtherRows(Refused):
    code = "rights.wrote_other_rows"
    message = gettext_noop(
        "A statement on %(table)s touched %(rows)s rows instead of %(expected)s; it was rolled back."
    )
