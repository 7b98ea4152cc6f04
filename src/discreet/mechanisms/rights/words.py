"""How a request stands, in plain words, for staff and for the person. English templates; doors translate."""

from discreet.foundation.permission.rules import Decision
from discreet.mechanisms.rights.correcting.words import DONE
from discreet.mechanisms.rights.kinds import Requester, Scope, Way
from discreet.mechanisms.rights.matching.roots import FactKind
from discreet.mechanisms.rights.opening.identity import How, Missing
from discreet.mechanisms.rights.rules import Answer, ApprovalStep, Outcome, State
from discreet.vocabulary.text import gettext_noop

STATES: dict[State, str] = {
    State.RECEIVED: gettext_noop("Waiting for proof of identity"),
    State.VERIFIED: gettext_noop("Identity proven, plan being made"),
    State.PLANNED: gettext_noop("Waiting for a decision"),
    State.ACCEPTED: gettext_noop("Approved, about to be carried out"),
    State.EXECUTING: gettext_noop("Being carried out"),
    State.DONE: gettext_noop("Answered"),
    State.REFUSED: gettext_noop("Refused"),
    State.CANCELLED: gettext_noop("Withdrawn"),
    State.DUPLICATE: gettext_noop("Asked before: the earlier request goes on"),
    State.APPEALED: gettext_noop("Appealed: being looked at again"),
}
TONES: dict[State, str] = {
    State.RECEIVED: "",
    State.VERIFIED: "run",
    State.PLANNED: "warn",
    State.ACCEPTED: "run",
    State.EXECUTING: "run",
    State.DONE: "good",
    State.REFUSED: "bad",
    State.CANCELLED: "",
    State.DUPLICATE: "",
    State.APPEALED: "warn",
}
OUTCOMES: dict[str, str] = {
    Outcome.ERASED: gettext_noop("Erased"),
    Outcome.ERASED_EXCEPT_KEPT: gettext_noop("Erased, except what must be kept"),
    Outcome.INCOMPLETE: gettext_noop("Incomplete: traces were found again"),
    Outcome.DELIVERED: gettext_noop("Delivered"),
    Outcome.TOLD: gettext_noop("Told"),
    Outcome.CORRECTED: gettext_noop("Corrected"),
    Outcome.CORRECTED_EXCEPT: gettext_noop("Corrected, except where it stays as it is"),
    Outcome.APPLIED: gettext_noop("Applied from now on"),
    Outcome.REFUSED: gettext_noop("Refused"),
}
#: A copy that is made and that nobody has been handed, as everybody reads it.
COPY_WAITS = gettext_noop("Ready to be handed over")
NEXT_COPY_WAITS = gettext_noop("The copy is made. It waits to be handed to you.")
#: What the person is told where not all could be searched.
OUTCOMES_WITH_GAPS: dict[str, str] = {
    Outcome.ERASED: gettext_noop("Erased wherever we could search"),
    Outcome.ERASED_EXCEPT_KEPT: gettext_noop("Erased wherever we could search, except what must be kept"),
}
OUTCOME_TONES: dict[str, str] = {
    Outcome.ERASED: "good",
    Outcome.ERASED_EXCEPT_KEPT: "good",
    Outcome.INCOMPLETE: "bad",
    Outcome.DELIVERED: "good",
    Outcome.TOLD: "good",
    Outcome.CORRECTED: "good",
    Outcome.CORRECTED_EXCEPT: "good",
    Outcome.APPLIED: "good",
    Outcome.REFUSED: "bad",
}


def state_words(state: State, outcome: str) -> str:
    """Return how a request stands, in one line: by what came of it, unless that is being looked at again."""
    return OUTCOMES[outcome] if outcome and state is not State.APPEALED else STATES[state]


def state_tone(state: State, outcome: str) -> str:
    """Return the tone of the same."""
    return OUTCOME_TONES[outcome] if outcome and state is not State.APPEALED else TONES[state]


NEXT_FOR_PERSON: dict[State, str] = {
    State.RECEIVED: gettext_noop(
        "If we hold an account for what you entered, a code goes to the e-mail address stored there, at most three a "
        "day. Enter it below: it proves that the request is yours. If none comes, open the link in the newest mail with "
        "a code that you got within a day: it shows the code for this request, too. Or write to us: our staff can check "
        "it in another way."
    ),
    State.VERIFIED: gettext_noop("We are looking through our systems for your data."),
    State.PLANNED: gettext_noop(
        "Our staff read what would be done and decide. Two people must agree to erase."
    ),
    State.ACCEPTED: gettext_noop("It was approved and starts in a moment."),
    State.EXECUTING: gettext_noop("It is being carried out; then we search every system again."),
    State.DONE: gettext_noop("Your request is answered."),
    State.REFUSED: gettext_noop("We refused your request. The reason stands below; you can complain."),
    State.CANCELLED: gettext_noop("You withdrew this request. Nothing was changed."),
    State.DUPLICATE: gettext_noop(
        "You asked for the same before. We answer that request; this one is closed."
    ),
    State.APPEALED: gettext_noop(
        "You did not accept our answer. Somebody who did not decide before looks at it again, and you read here "
        "what came of it."
    ),
}
REQUESTERS: dict[str, str] = {
    Requester.SELF: gettext_noop("The person"),
    Requester.AGENT: gettext_noop("An agent with the person’s permission"),
    Requester.GUARDIAN: gettext_noop("A guardian or legal representative"),
    Requester.RELATIVE: gettext_noop("A close relative of somebody who died"),
}
SCOPES: dict[str, str] = {
    Scope.ALL: gettext_noop("Everything"),
    Scope.MARKETING: gettext_noop("Advertising"),
    Scope.PROFILING: gettext_noop("Profiling"),
}
# What is still missing of a proof, as the person reads it.
MISSING_FOR_PERSON: dict[Missing, str] = {
    Missing.PROOF: gettext_noop("The code that we sent to the e-mail address we hold."),
    Missing.POINTS: gettext_noop(
        "One more detail that we hold of you: your phone number or your customer number. The law of California asks "
        "for three that match before the data themselves leave."
    ),
    Missing.DECLARATION: gettext_noop("Your declaration that you are this person."),
    Missing.AUTHORITY: gettext_noop(
        "That you may ask for this person. Send the document that is named on this page; our staff look at it, and "
        "it is destroyed after the check."
    ),
}
# The same where an agent reads it.
MISSING_FOR_AGENT: dict[Missing, str] = {
    **MISSING_FOR_PERSON,
    Missing.POINTS: gettext_noop(
        "One more detail that we hold of the person for whom you ask: their phone number or their customer number. The "
        "law of California asks for three that match before the data themselves leave."
    ),
}
MISSING_FOR_STAFF: dict[Missing, str] = {
    Missing.PROOF: gettext_noop("a code, a sign-in, or a check by staff"),
    Missing.POINTS: gettext_noop("one more data point that matches (11 CCR 7062(c))"),
    Missing.DECLARATION: gettext_noop("a declaration under penalty of perjury (11 CCR 7062(c))"),
    Missing.AUTHORITY: gettext_noop("that whoever asks may ask for this person"),
}
PROOFS: dict[str, str] = {
    How.CODE: gettext_noop("Code to the e-mail we hold"),
    How.STAFF: gettext_noop("Checked by staff"),
    How.HANDOVER: gettext_noop("Signed in on the company’s own site"),
}
# Where a request for a copy goes another way than one for erasure.
NEXT_FOR_COPY: dict[State, str] = {
    **NEXT_FOR_PERSON,
    State.PLANNED: gettext_noop("Our staff look through the copy before you get it."),
    State.ACCEPTED: gettext_noop("The copy is being made."),
    State.EXECUTING: gettext_noop("The copy is being made."),
    State.DONE: gettext_noop("Your request is answered: the copy was made."),
}
# Where the answer is which kinds of data are held.
NEXT_FOR_TOLD: dict[State, str] = {
    **NEXT_FOR_PERSON,
    State.PLANNED: gettext_noop("Our staff look at the answer before you get it."),
    State.ACCEPTED: gettext_noop("The answer is being made."),
    State.EXECUTING: gettext_noop("The answer is being made."),
    State.DONE: gettext_noop("Your request is answered: what we hold stands below."),
}
NEXT_FOR_CORRECTION: dict[State, str] = {
    **NEXT_FOR_PERSON,
    State.PLANNED: gettext_noop("Our staff look at what would be changed, and where. Two people must agree."),
    State.EXECUTING: gettext_noop("It is being corrected; then we read every place again."),
}
UNDECIDED = gettext_noop(
    "The use that you object to has stopped. Until we have decided, your data are not used for it. Our staff look at "
    "your reasons and decide whether it stays stopped, or whether compelling grounds of ours or a legal claim make us "
    "go on; then we tell you, and why."
)
NEXT_FOR_CHOICE: dict[State, str] = {
    **NEXT_FOR_PERSON,
    State.VERIFIED: gettext_noop("We are noting your choice in every system that asks for it."),
    State.PLANNED: UNDECIDED,
    State.ACCEPTED: gettext_noop("We are noting your choice in every system that asks for it."),
    State.EXECUTING: gettext_noop("We are noting your choice in every system that asks for it."),
    State.DONE: gettext_noop("Your choice holds from now on."),
}
# While nothing is missing but a place that no program reads: people look through it, and that takes days.
NEXT_FOR_PLACE: dict[Way, str] = {
    Way.ERASE: gettext_noop(
        "What our databases held of you was erased as approved. Somebody now looks through what no program reads, such "
        "as a paper archive: that takes days rather than minutes. You need to do nothing; you hear from us as soon as "
        "it is done."
    ),
    Way.CORRECT: gettext_noop(
        "Our databases were corrected as approved. Somebody now corrects what no program reads, such as a paper "
        "archive: that takes days rather than minutes. You need to do nothing; you hear from us as soon as it is done."
    ),
    Way.COPY: gettext_noop(
        "Your copy was approved. Before it leaves, somebody looks through what no program reads, such as a paper "
        "archive: that takes days rather than minutes. You need to do nothing; you hear from us as soon as it is done."
    ),
    Way.TELL: gettext_noop(
        "Our answer was approved. Before it leaves, somebody looks through what no program reads, such as a paper "
        "archive: that takes days rather than minutes. You need to do nothing; you hear from us as soon as it is done."
    ),
}
# Nobody is found by what the request says: no program goes on by itself.
NEXT_NOBODY = gettext_noop(
    "We looked through our systems and found nobody by what your request says. Our staff look at it and answer you."
)
NEXT_NOBODY_ANY_MORE = gettext_noop(
    "We opened your request again and looked through our systems once more. Nothing is found of you there any more by "
    "what your request says; what a law makes us keep was named in our first answer. Our staff look at it and answer "
    "you."
)
NEXT_UNSEEN_PLACE = gettext_noop(
    "The request is being carried out. Somebody looks through what no program reads, such as a paper archive: that "
    "takes days rather than minutes. You need to do nothing."
)
# What became of a choice after its request was answered.
CHOICE_DECIDED: dict[str, str] = {
    Decision.PENDING: UNDECIDED,
    Decision.UPHELD: gettext_noop(
        "We agree with your objection: the use that it is about has stopped for good."
    ),
    Decision.OVERRIDDEN: gettext_noop(
        "We looked at your objection and go on with the use that it was about. Why stands below; you can complain."
    ),
}
CHOICE_TO_BE_LIFTED = gettext_noop(
    "The restriction will be lifted soon. From then on we may use your data again, as before. If you do not agree, "
    "write to us before; you can also complain."
)
CHOICE_LIFTED = gettext_noop("The restriction was lifted, as we told you before. We may use your data again.")
NEXT_AFTER_CODE = gettext_noop(
    "The code fits. What is still missing stands below; once it is here, we look through our systems."
)
NEXT_HELD = gettext_noop(
    "The answer is ready and held back: the contact details that we hold changed after the identity was proven. Our "
    "staff check the identity anew before anything is handed over. Write to us, so that it goes faster."
)
NEXT_INCOMPLETE = gettext_noop(
    "Not everything could be carried out. We go on, search again, and tell you what came of it; you need to do nothing."
)
# By when, in every state; an honest word where no date is set.
BY_DATE = gettext_noop("You have our answer by %(day)s.")
BY_LATE = gettext_noop("We should have answered by %(day)s and are late. Write to us; you can also complain.")
BY_PAUSED = gettext_noop(
    "The time stands still until we have what we asked you for; then the days that are left go on."
)
BY_NO_LAW = gettext_noop("No law sets a date for this; we answer as soon as we can.")
BY_OF_APPEAL = gettext_noop("No law sets a date for another look; it is done as soon as we can.")
BY_OF_EARLIER = gettext_noop("The date of the earlier request holds.")
BY_APPEAL = gettext_noop("If you do not accept the answer, you can ask for another look until %(day)s.")
BY_APPEAL_OF_PERSON = gettext_noop(
    "The person for whom you ask can ask for another look until %(day)s, on the page that they were given."
)
BY_NOTHING = gettext_noop("Nothing more is due. You can ask again at any time.")
NEXT_FOR_AGENT = gettext_noop(
    "If we hold an account for what you entered, we have sent a code to the person whom you act for. Enter it below: "
    "it shows that they know of this request. Also send us the permission that they signed: our staff look at it, and "
    "it is destroyed after the check."
)
NEXT_FOR_PAPERS = gettext_noop(
    "Send us the document that shows that you may ask for this person: what it must show stands below. Our staff look "
    "at it, and it is destroyed after the check. Nothing of the person’s data is shown on this page."
)
NEXT_FOR_CHECK = gettext_noop(
    "Our staff check whether you may ask for this person. You need to do nothing now; if another document is needed, "
    "this page asks for it."
)
NEXT_FOR_IDENTITY = gettext_noop(
    "You have shown that you may ask for this person. Now our staff check who you are. You need to do nothing now; if "
    "something is missing, we tell you."
)
NEXT_FOR_AGENT_CODE = gettext_noop(
    "You have shown that you may ask for this person. What is missing is the code that we sent to the person for whom "
    "you ask: enter it below. If none came, our staff can check it in another way."
)
# For whoever asks for another and may not read of that person's data.
NEXT_UNSEEN_DONE = gettext_noop(
    "The request is answered. The answer went to the person for whom you ask, at the address we hold; ask them. "
    "Nothing of their data is shown on this page."
)
NEXT_UNSEEN_REFUSED = gettext_noop(
    "We refused the request. The reason went to the person for whom you ask, at the address we hold; ask them. They "
    "can complain."
)
NEXT_UNSEEN_UNPROVEN = gettext_noop(
    "We refused the request: it was not proven that you may ask for this person. The reason stands below; you can "
    "complain."
)
ANSWERS: dict[str, str] = {
    Answer.MAIL: gettext_noop("Mailed to the address held"),
    Answer.MAIL_DUE: gettext_noop("Not sent yet: the mail leaves in a moment"),
    Answer.PAGE: gettext_noop("On the status page that the person was given"),
    Answer.LETTER_DUE: gettext_noop("Not sent yet: no e-mail address is held, send the letter"),
    Answer.LETTER_SENT: gettext_noop("Sent by letter"),
}
ACTIONS: dict[str, str] = {
    "delete": gettext_noop("Erase"),
    "null": gettext_noop("Empty"),
    "replace": gettext_noop("Replace"),
    "keep": gettext_noop("Keep"),
    **DONE,
}
FIELD_WORDS: dict[str, str] = {
    "null": gettext_noop("Emptied: %(fields)s"),
    "replace": gettext_noop("Replaced: %(fields)s"),
    "correct": gettext_noop("Corrected: %(fields)s"),
    "ask": gettext_noop("Asked about: %(fields)s"),
    "leave": gettext_noop("Left as they are: %(fields)s"),
    "right": gettext_noop("Right already: %(fields)s"),
}
FACTS: dict[FactKind, str] = {
    FactKind.NAME: gettext_noop("Name"),
    FactKind.EMAIL: gettext_noop("E-mail"),
    FactKind.PHONE: gettext_noop("Phone"),
    FactKind.CUSTOMER_NUMBER: gettext_noop("Customer number"),
    FactKind.CITY: gettext_noop("City"),
    FactKind.SINCE: gettext_noop("Customer since"),
    FactKind.LATEST: gettext_noop("Newest entry"),
    FactKind.DELETED: gettext_noop("Marked as deleted"),
    FactKind.ROWS: gettext_noop("Rows"),
}
MATCHES: dict[str, str] = {
    "email": gettext_noop("E-mail"),
    "phone": gettext_noop("Phone"),
    "name": gettext_noop("Name"),
    "customer_id": gettext_noop("Customer number"),
    "customer_number": gettext_noop("Customer number"),
}
NOTES: dict[str, str] = {
    "same_email_in_another_spelling": gettext_noop(
        "Another candidate has the same e-mail address in another spelling"
    ),
}
WRITES: dict[str, str] = {
    "delete": gettext_noop("Rows deleted"),
    "update": gettext_noop("Rows with fields emptied or replaced"),
}
# How the fresh search looked into a table.
SENT_BACK: dict[str, str] = {
    "rights.plan_changed": gettext_noop(
        "The data or the data map changed after the approval, so nothing was written. This is the plan as it is "
        "now: it needs both decisions again."
    ),
    "rights.identity_changed": gettext_noop(
        "The rows that the plan started from are no longer the person's, so nothing was written. The person was "
        "looked for again: the plan needs both decisions again."
    ),
    "rights.values_changed": gettext_noop(
        "A field no longer held the value that was to be corrected, so nothing was written. This is the plan as it "
        "is now: it needs both decisions again."
    ),
    "": gettext_noop(
        "The approved plan could not be carried out as it was, so nothing was written. It needs both decisions "
        "again."
    ),
}
DEPTHS: dict[str, str] = {
    "keys": gettext_noop("By the keys of erased rows"),
    "fields": gettext_noop("In the emptied fields"),
    "links": gettext_noop("By references to erased rows"),
    "indexed": gettext_noop("By value, through an index"),
    "scan": gettext_noop("By value, row by row"),
    "text": gettext_noop("Addresses and numbers within free text"),
}
# Why a source refused to be written to, by the refusal's code.
REFUSED_BECAUSE: dict[str, str] = {
    "permission_denied": gettext_noop(
        "its account may not change these rows. `discreet grants` prints the rights it needs"
    ),
    "rows_hidden": gettext_noop("its account does not see every row: row-level security hides some"),
    "constraint_refused": gettext_noop("a constraint of the database forbids it"),
    "no_write_address": gettext_noop("it is connected for reading alone"),
    "schema_changed": gettext_noop("its structure changed meanwhile"),
    "rights.wrote_too_much": gettext_noop("more rows were hit than planned, so it was rolled back"),
}
# What the fresh search found that should be gone.
TRACES: dict[str, str] = {
    "row": gettext_noop("The row is there"),
    "field": gettext_noop("The field is not empty"),
    "value": gettext_noop("A value of the person stands here"),
}
ACTS: dict[str, str] = {
    "rights.receive_request": gettext_noop("Received"),
    "rights.note_candidates": gettext_noop("Person looked for"),
    "rights.choose_candidates": gettext_noop("Person chosen"),
    "rights.verify_identity": gettext_noop("Identity proven"),
    "rights.save_plan": gettext_noop("Plan made"),
    "rights.decide_shared": gettext_noop("Shared rows decided"),
    "rights.accept_erasure": gettext_noop("Approval"),
    "rights.accept_access": gettext_noop("Access accepted"),
    "rights.begin_execution": gettext_noop("Execution begun"),
    "rights.send_back": gettext_noop("Sent back"),
    "rights.record_source_outcome": gettext_noop("Written in one source"),
    "rights.record_source_refusal": gettext_noop("Refused by one source"),
    "rights.ask_who": gettext_noop("Asked who it is"),
    "rights.set_apart": gettext_noop("Set apart from its batch"),
    "rights.finish_erasure": gettext_noop("Searched again and answered"),
    "rights.ask_search": gettext_noop("Another search asked for"),
    "rights.hold_notices": gettext_noop("Recipients written down"),
    "rights.take_up_list": gettext_noop("A day's choices taken up, to tell recipients"),
    "rights.note_call": gettext_noop("What came of a signed call to a recipient"),
    "rights.tell_recipients": gettext_noop("Recipients told of what was done"),
    "rights.remind_recipient": gettext_noop("Recipient reminded"),
    "rights.note_recipient_told": gettext_noop("Recipient told by a person"),
    "rights.confirm_for_recipient": gettext_noop("Confirmation of a recipient noted"),
    "rights.give_up_recipient": gettext_noop("Recipient found impossible to tell"),
    "rights.show_notice": gettext_noop("Whom a notice concerns shown"),
    "rights.confirm_by_recipient": gettext_noop("Confirmed by a recipient"),
    "rights.ask_manual_sources": gettext_noop("Manual sources asked"),
    "rights.wait_for_manual_sources": gettext_noop("Waiting for manual sources"),
    "rights.go_on_without_waiting": gettext_noop("No longer waiting for manual sources"),
    "rights.ask_manual_again": gettext_noop("Manual sources asked once more"),
    "rights.show_to_manual_source": gettext_noop("Shown to a manual source whom to look for"),
    "rights.answer_manual_source": gettext_noop("Answer of a manual source taken"),
    "rights.confirm_manual_keep": gettext_noop("Confirmed that a manual source keeps what it holds"),
    "rights.reject_manual_keep": gettext_noop("Sent back that a manual source keeps what it holds"),
    "rights.view_manual_file": gettext_noop("File of a manual source looked at"),
    "rights.take_back_manual_answer": gettext_noop("Answer of a manual source taken back"),
    "rights.finish_search": gettext_noop("Searched once more"),
    "rights.finish_access": gettext_noop("Package made"),
    "rights.mail_answers": gettext_noop("Answer mailed"),
    "rights.show_code": gettext_noop("Code shown to whoever reads the mailbox"),
    "rights.end_decided": gettext_noop("Objection decided: the request is answered"),
    "rights.note_mailbox": gettext_noop("Mailbox of the code noted"),
    "rights.hold_answers": gettext_noop("Answer held: the contact point changed"),
    "rights.settle_contact": gettext_noop("Identity checked anew; decided where the answer goes"),
    "rights.send_held": gettext_noop("Held answer sent"),
    "rights.tell_asker": gettext_noop("Whoever asked was told that there is an answer"),
    "rights.answer_by_letter": gettext_noop("Answer sent by staff"),
    "rights.fetch_package": gettext_noop("Package fetched"),
    "rights.take_package": gettext_noop("Package taken by staff"),
    "rights.view_package": gettext_noop("Copy looked at, masked"),
    "rights.lift_stand_ins": gettext_noop("Decided whether letters stand for others"),
    "rights.reveal_person": gettext_noop("Person unmasked"),
    "rights.refuse_request": gettext_noop("Refused"),
    "rights.cancel_request": gettext_noop("Withdrawn"),
    "rights.open_batch": gettext_noop("Batch opened"),
    "rights.receive_batch": gettext_noop("Batch received"),
    "rights.note_paper": gettext_noop("Checked document noted"),
    "rights.ask_to_verify": gettext_noop("Check of the identity asked of staff"),
    "rights.verify_batch": gettext_noop("Identities of a batch proven"),
    "rights.ask_code_again": gettext_noop("Another code asked for"),
    "rights.look_up": gettext_noop("Person looked up by staff"),
    "rights.note_candidates_of_batch": gettext_noop("People of a batch looked for"),
    "rights.return_plan": gettext_noop("Plan returned to its proposer"),
    "rights.note_outcomes": gettext_noop("Outcomes noted outside the database"),
    "rights.end_again": gettext_noop("Outcome restored after a backup"),
    "rights.reopen_erasure": gettext_noop("Opened again: a restore brought rows back"),
    "rights.expire_package": gettext_noop("Link to the package expired"),
    "rights.declare": gettext_noop("Identity declared by the person"),
    "rights.authorise": gettext_noop("Authority of whoever asks was checked"),
    "rights.acknowledge": gettext_noop("Receipt confirmed to the person"),
    "rights.extend_deadline": gettext_noop("Deadline extended, with reasons"),
    "rights.pause_clocks": gettext_noop("Clocks stopped: something is awaited from the person"),
    "rights.resume_clocks": gettext_noop("Clocks go on"),
    "rights.write_letter_template": gettext_noop("Words of letters written"),
    "rights.write_letter": gettext_noop("Letter edited by hand"),
    "rights.decide_item": gettext_noop("Decided for one table"),
    "rights.mark_duplicate": gettext_noop("Ended as a duplicate"),
    "rights.appeal": gettext_noop("Appeal received"),
    "rights.take_back_appeal": gettext_noop("Appeal taken back"),
    "rights.dismiss_appeal": gettext_noop("Appeal dismissed"),
    "rights.reopen_request": gettext_noop("Opened again after an appeal"),
    "rights.receive_correction": gettext_noop("Said what is to be corrected"),
    "rights.set_wish": gettext_noop("What is to be corrected was written down"),
    "rights.ask_what": gettext_noop("Asked what is to be corrected"),
    "rights.open_correction": gettext_noop("Old and new values read"),
    "rights.decide_places": gettext_noop("Chosen, field by field, what is corrected"),
    "rights.accept_correction": gettext_noop("Decision on the correction"),
    "rights.finish_correction": gettext_noop("Read again and answered"),
    "rights.finish_telling": gettext_noop("Told which kinds of data are held"),
    "rights.settle_again": gettext_noop("The details were compared again"),
    "rights.add_detail": gettext_noop("Another detail given"),
    "rights.apply_at_receipt": gettext_noop("Choice applied at receipt"),
    "rights.apply_choices": gettext_noop("Choices applied"),
    "rights.keep_list": gettext_noop("List uploaded"),
    "rights.drop_list": gettext_noop("Uploaded list destroyed"),
    "rights.forget_request": gettext_noop("Sealed details of the request destroyed"),
}
# Ended, and the person does not know yet.
UNANSWERED: dict[str, str] = {
    "rights.finish_erasure": gettext_noop("Searched again; no answer sent yet: a letter is due"),
    "rights.finish_access": gettext_noop("Package made; not handed over yet: no e-mail address is held"),
    "rights.refuse_request": gettext_noop("Refused; no answer sent yet: a letter is due"),
}
# An approval is recorded twice: by who proposes and by who approves.
APPROVALS: dict[str, str] = {
    ApprovalStep.FIRST: gettext_noop("First decision: proposed"),
    ApprovalStep.SECOND: gettext_noop("Second decision: approved"),
}
PROVEN_IN_PART = gettext_noop("Part of the proof came; more is missing")
# Acts whose entries a timeline leaves out: they repeat what a neighbour says.
QUIET = frozenset(
    {
        "cases.move",
        "cases.move_many",
        "cases.add_task",
        "cases.drop_task",
        "cases.finish_task",
        "cases.open_case",
    }
)
# Acts of other apps that are a step of the request; every other one only serves a step and is folded away.
STEPS_OF_OTHERS = frozenset(
    {
        "cases.assign",
        "cases.pause_clock",
        "cases.expire_case",
        "cases.expire_again",
        "centre.start_verification",
        "centre.check_code",
        "centre.send_progress_link",
    }
)
