"""Requests of customers and their execution. What names a person is sealed under the case key.

Source: GDPR Art. 12, 15, 17; PIPL Art. 45, 47, 50; Cal. Civ. Code 1798.105, 1798.110.
"""

from django.db import models
from django.db.models.functions import Coalesce

from discreet.mechanisms.rights.kinds import Kind, Requester
from discreet.mechanisms.rights.outside.rules import Hindrance, ManualAnswer, NoticeState
from discreet.mechanisms.rights.rules import Outcome


class Batch(models.Model):
    """Requests that are planned, approved and carried out together: one person or ten thousand."""

    kind = models.CharField(max_length=24)
    key_id = models.CharField(max_length=40, unique=True)  # the case key that seals plan and capture
    plan_sealed = models.BinaryField(null=True)
    plan_digest = models.CharField(max_length=64, default="")
    plan_summary = models.JSONField(default=dict)  # tables, counts, statements: no values
    planned_at = models.DateTimeField(null=True)
    planned_by = models.CharField(max_length=150, default="")
    planned_shell = models.CharField(max_length=150, default="")  # the operating system's user, at the shell
    is_proposed = models.BooleanField(default=False)  # by approving, and not only by making the plan
    approved_shell = models.CharField(max_length=150, default="")
    decisions = models.JSONField(default=dict)  # "source.table" → action a person chose
    item_decisions = models.JSONField(
        default=dict
    )  # "source.table" → `items.ItemDecision`: what staff decided
    approved_by = models.CharField(max_length=150, default="")
    approved_at = models.DateTimeField(null=True)
    run = models.PositiveIntegerField(default=0)  # how often execution was started
    capture_sealed = models.BinaryField(null=True)
    witness_sealed = models.BinaryField(null=True)  # whose each row was at the last look before writing
    search_summary = models.JSONField(default=dict)
    finished_at = models.DateTimeField(null=True)
    import_key = models.CharField(max_length=64, null=True, unique=True)  # the same file is one batch
    to_receive = models.PositiveIntegerField(default=0)  # requests of the file that are not here yet


class RightsRequest(models.Model):
    """One request of one person. `number` is the case's number; its state stands on the case."""

    number = models.CharField(max_length=16, unique=True)
    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, related_name="requests")
    position = models.PositiveIntegerField(default=0)  # the person's index in the batch's plan
    kind = models.CharField(max_length=24)
    scope = models.CharField(max_length=24, default="")  # `kinds.Scope`: what an objection is about
    wish_sealed = models.BinaryField(null=True)  # what is wanted, under the case key: `wishes`
    requester = models.CharField(max_length=12, default="self")  # `kinds.Requester`
    requester_sealed = models.BinaryField(null=True)  # who asks for the person, under the case key
    authorised_at = models.DateTimeField(null=True)  # that they may was checked
    authorised_by = models.CharField(max_length=150, default="")
    authority_reason_sealed = models.BinaryField(null=True)
    channel = models.CharField(max_length=16)
    outcome = models.CharField(max_length=24, default="")
    answer = models.CharField(max_length=12, default="")  # `rules.Answer`
    letter_sent_at = models.DateTimeField(null=True)  # when staff sent what no mail could carry
    residence = models.CharField(max_length=8, default="")
    roots_sealed = models.BinaryField(null=True)
    candidate_count = models.PositiveIntegerField(null=True)
    found_by = models.JSONField(
        default=list
    )  # the kinds of what the person wrote by which their rows were found
    detail_sealed = models.BinaryField(null=True)  # another detail that nobody has compared yet
    received_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)  # the strictest answer; the case also holds other clocks
    opened_by = models.CharField(max_length=150)
    verified_at = models.DateTimeField(null=True)
    verified_by = models.CharField(max_length=150, default="")
    verified_how = models.CharField(max_length=16, default="")
    verified_reason_sealed = models.BinaryField(null=True)
    proofs = models.JSONField(default=list)  # `identity.How`, in the order in which they came
    declared_at = models.DateTimeField(null=True)  # "I am this person", under penalty of perjury
    acknowledged_at = models.DateTimeField(null=True)
    extended_at = models.DateTimeField(null=True)
    extension_sealed = models.BinaryField(null=True)  # why, as the person reads it
    paused_at = models.DateTimeField(null=True)
    duplicate_of = models.CharField(max_length=16, default="")
    justification = models.CharField(max_length=64, default="")  # a DPV term
    appealed_at = models.DateTimeField(null=True)
    appeal_sealed = models.BinaryField(null=True)
    appeal_answer_sealed = models.BinaryField(null=True)
    reopened_at = models.DateTimeField(null=True)
    choice_ref = models.CharField(max_length=32, default="")  # an objection that stands and is decided on
    told = models.JSONField(default=list)  # the answer of a request to know: categories and places
    completed_at = models.DateTimeField(null=True)
    kept = models.JSONField(default=list)
    mailbox_digest = models.CharField(max_length=64, default="")  # keyed: of the address that its codes go to
    email_digest = models.CharField(max_length=64, default="")  # keyed: `contact_digests`
    phone_digest = models.CharField(max_length=64, default="")
    idempotency_key = models.CharField(max_length=64, null=True, unique=True)
    package_token_hash = models.CharField(max_length=64, default="")
    package_expires_at = models.DateTimeField(null=True)
    contact_changed_at = models.DateTimeField(null=True)  # the record no longer held the address proven with
    contact_seen = models.CharField(max_length=64, default="")  # keyed digest of what it held then
    contact_settled_at = models.DateTimeField(null=True)  # staff decided where the answer goes
    contact_settled_by = models.CharField(max_length=150, default="")
    contact_reason_sealed = models.BinaryField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["received_at"]),
            models.Index(fields=["batch", "position"]),
            models.Index(fields=["email_digest"], name="rights_email_digest"),
            models.Index(fields=["phone_digest"], name="rights_phone_digest"),
            models.Index(
                fields=["mailbox_digest", "received_at"],
                condition=~models.Q(mailbox_digest=""),
                name="rights_mailbox",
            ),
            models.Index(
                fields=["batch", "position"],
                condition=models.Q(answer__in=["mail_due", "letter_due"]),
                name="rights_answer_due",
            ),
            # Pages of the desk ask for these, of however many requests there are.
            models.Index(Coalesce("letter_sent_at", "completed_at"), name="rights_answered"),
            models.Index(
                fields=["due_at"], condition=models.Q(completed_at__isnull=True), name="rights_unanswered"
            ),
            models.Index(
                fields=["due_at"], condition=models.Q(answer="letter_due"), name="rights_letter_due"
            ),
            models.Index(
                fields=["number"], condition=models.Q(outcome="incomplete"), name="rights_incomplete"
            ),
            models.Index(fields=["batch", "residence", "requester"], name="rights_of_batch"),
            models.Index(fields=["choice_ref"], condition=~models.Q(choice_ref=""), name="rights_undecided"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind__in=[kind.value for kind in Kind]), name="rights_kind"
            ),
            models.CheckConstraint(
                condition=models.Q(outcome__in=[outcome.value for outcome in Outcome]), name="rights_outcome"
            ),
            models.CheckConstraint(
                condition=models.Q(requester__in=[who.value for who in Requester]), name="rights_requester"
            ),
        ]


class SourceOutcome(models.Model):
    """What was written in one source, once per run of a batch: the outcome to an intent."""

    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, related_name="outcomes")
    run = models.PositiveIntegerField()
    source = models.CharField(max_length=64)
    counts = models.JSONField(default=dict)  # table → {action: rows}
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["batch", "run", "source"], name="rights_outcome_once")]


class LetterTemplate(models.Model):
    """A company's own words for a part of its letters. Versions are added, and none is changed."""

    part = models.CharField(max_length=16)  # `letter_parts.Part`
    language = models.CharField(max_length=8)
    version = models.PositiveIntegerField()
    text = models.TextField()
    by = models.CharField(max_length=150)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["part", "language", "version"], name="rights_letter_version"),
        ]


class LetterDraft(models.Model):
    """What staff wrote by hand in one letter of one request, under the case key. Revisions are added."""

    number = models.CharField(max_length=16, db_index=True)
    occasion = models.CharField(max_length=12)  # `letter_parts.Occasion`
    part = models.CharField(max_length=16)
    revision = models.PositiveIntegerField()
    text_sealed = models.BinaryField()  # "" once opened: the template's words again
    by = models.CharField(max_length=150)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["number", "occasion", "part", "revision"], name="rights_letter_revision"
            ),
        ]


class RecipientNotice(models.Model):
    """One recipient told of what was done for people of a batch. Whom it concerns is sealed under its own key.

    `version`: what the data map stated of the recipient then. `ended_by` "recipient": it confirmed by its link.
    """

    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, related_name="notices")
    run = models.PositiveIntegerField()
    recipient = models.CharField(max_length=40)
    version = models.PositiveIntegerField()
    state = models.CharField(max_length=12)
    way = models.CharField(max_length=4)
    numbers = models.JSONField(default=list)
    key_id = models.CharField(max_length=40, unique=True)
    list_sealed = models.BinaryField(null=True)
    token_hash = models.CharField(max_length=64, blank=True, default="", db_index=True)
    link_ends_at = models.DateTimeField(null=True)
    made_at = models.DateTimeField()
    told_at = models.DateTimeField(null=True)
    told_by = models.CharField(max_length=150, blank=True, default="")
    remind_at = models.DateTimeField(null=True)
    reminders = models.PositiveSmallIntegerField(default=0)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=150, blank=True, default="")
    hindrance = models.CharField(max_length=16, blank=True, default="")
    note_sealed = models.BinaryField(null=True)  # under the first request's case key

    class Meta:
        indexes = [
            models.Index(
                fields=["remind_at"], condition=models.Q(remind_at__isnull=False), name="rights_notice_remind"
            )
        ]
        constraints = [
            models.UniqueConstraint(fields=["batch", "run", "recipient"], name="rights_notice_once"),
            models.CheckConstraint(
                condition=models.Q(state__in=[one.value for one in NoticeState]), name="rights_notice_state"
            ),
            models.CheckConstraint(
                condition=models.Q(
                    state=NoticeState.IMPOSSIBLE.value, hindrance__in=[one.value for one in Hindrance]
                )
                | (~models.Q(state=NoticeState.IMPOSSIBLE.value) & models.Q(hindrance="")),
                name="rights_notice_impossible_says_why",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    state__in=[NoticeState.CONFIRMED.value, NoticeState.IMPOSSIBLE.value],
                    ended_at__isnull=False,
                    list_sealed__isnull=True,
                    token_hash="",
                )
                | models.Q(
                    state__in=[NoticeState.HELD.value, NoticeState.DUE.value, NoticeState.SENT.value],
                    ended_at__isnull=True,
                ),
                name="rights_notice_ended_holds_nobody",
            ),
        ]


class ManualAsk(models.Model):
    """A place that no program reads, asked for one request; an answer is one of `telling_rules.ManualAnswer`."""

    request = models.ForeignKey(RightsRequest, on_delete=models.PROTECT, related_name="manual_asks")
    source = models.CharField(max_length=40)
    version = models.PositiveIntegerField()
    assignee = models.CharField(max_length=150)
    made_at = models.DateTimeField()
    due_at = models.DateTimeField()
    waited_run = models.PositiveIntegerField(null=True)  # the run of the batch that was held back for it
    answer = models.CharField(max_length=12, blank=True, default="")
    article = models.CharField(max_length=80, blank=True, default="")
    reason_sealed = models.BinaryField(null=True)
    file_kind = models.CharField(max_length=8, blank=True, default="")
    file_bytes = models.PositiveIntegerField(default=0)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.CharField(max_length=150, blank=True, default="")

    class Meta:
        indexes = [models.Index(fields=["due_at"], condition=models.Q(answer=""), name="rights_manual_open")]
        constraints = [
            models.UniqueConstraint(fields=["request", "source"], name="rights_manual_once"),
            models.CheckConstraint(
                condition=models.Q(answer__in=[one.value for one in ManualAnswer]),
                name="rights_manual_answer",
            ),
            models.CheckConstraint(
                condition=models.Q(answer="", answered_at__isnull=True)
                | (~models.Q(answer="") & models.Q(answered_at__isnull=False)),
                name="rights_manual_answered_whole",
            ),
        ]
