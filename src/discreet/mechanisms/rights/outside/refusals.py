"""What is refused about recipients that are told and manual sources that are asked."""

from discreet.vocabulary.errors import Refused
from discreet.vocabulary.text import gettext_noop


class UnknownNotice(Refused):
    code = "rights.unknown_notice"
    message = gettext_noop("There is no such notice to a recipient, or it has ended.")
    status = 404


class UnknownChoices(Refused):
    code = "rights.unknown_choices"
    message = gettext_noop("No choices of a day stand under %(number)s.")
    status = 404


class NoticeEnded(Refused):
    code = "rights.notice_ended"
    message = gettext_noop(
        "This notice has ended: it was confirmed, or found impossible. Nothing is shown any more."
    )
    status = 410


class EvidenceMissing(Refused):
    code = "rights.evidence_missing"
    message = gettext_noop("Say what shows it: who said so, when, in which letter or ticket.")
    status = 422


class UnknownManualAsk(Refused):
    code = "rights.unknown_manual_ask"
    message = gettext_noop("There is no such question to a manual source.")
    status = 404


class AnsweredBefore(Refused):
    code = "rights.answered_before"
    message = gettext_noop("This was answered before. An answer is not written over.")


class AskEnded(Refused):
    code = "rights.ask_ended"
    message = gettext_noop("The request has ended: nobody needs to do anything there any more.")
    status = 410


class NotApprovedYet(Refused):
    code = "rights.not_approved_yet"
    message = gettext_noop(
        "Nothing may be erased or corrected there yet: the plan is not approved, or was sent back."
    )


class NothingProposed(Refused):
    code = "rights.nothing_proposed"
    message = gettext_noop("Nothing is proposed to be kept there, or it was decided before.")


class OwnProposal(Refused):
    code = "rights.own_proposal"
    message = gettext_noop("You proposed this yourself. Another approver decides.")
    status = 403


class NoSuchFile(Refused):
    code = "rights.no_such_file"
    message = gettext_noop("No file was handed over there, or it was destroyed.")
    status = 404


class TooLateToTakeBack(Refused):
    code = "rights.too_late_to_take_back"
    message = gettext_noop(
        "This answer cannot be taken back any more: what it is part of leaves, or has left."
    )


class NotThatAnswer(Refused):
    code = "rights.not_that_answer"
    message = gettext_noop("Choose one of the answers that are offered.")
    status = 422


class FileNeeded(Refused):
    code = "rights.file_needed"
    message = gettext_noop("Choose the file with what is held, or say that nothing is held.")
    status = 422


class KindsNeeded(Refused):
    code = "rights.kinds_needed"
    message = gettext_noop("Mark which kinds of data are held there, or say that nothing is held.")
    status = 422


class FileNotTaken(Refused):
    code = "rights.file_not_taken"
    message = gettext_noop("This file is not taken: it must be one of %(kinds)s, without macros.")
    status = 422


class FileInfected(Refused):
    code = "rights.file_infected"
    message = gettext_noop("The antivirus says that this file is infected. It was not kept.")
    status = 422
