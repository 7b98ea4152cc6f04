"""What is known about the data of the connected sources: tables, fields, links, and who confirmed it.

Sources are named, not related: the map of a source outlives a lost connection. Column lists are JSON lists
of column names as the catalogue spells them.
"""

from django.db import models
from django.db.models import F, Q

from discreet.engines.classify.link_model import LinkKind
from discreet.engines.subjects.graph import EraseAction, LinkRole, Match
from discreet.foundation.datamap.sharing import ANSWER_DAYS, REMIND_DAYS, Contact, RecipientKind, Reference

_ACTIONS = [(action.value, action.value) for action in EraseAction]
_ROLES = [(role.value, role.value) for role in LinkRole]
_MATCHES = [(match.value, match.value) for match in Match]
_STATES = [(state, state) for state in ("running", "paused", "waiting", "done", "failed", "stopped")]
_PHASES = [(phase, phase) for phase in ("tables", "links", "settle")]
_KINDS = [(kind.value, kind.value) for kind in LinkKind]
_CONFIRMED_WHOLE = Q(confirmed_by="", confirmed_at__isnull=True) | (
    ~Q(confirmed_by="") & Q(confirmed_at__isnull=False)
)


class MapVersion(models.Model):
    """One row: a number that grows with every change of the map. What is built from the map is kept by it."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    number = models.PositiveBigIntegerField(default=0)
    stamp = models.CharField(max_length=40, default="")  # differs even where a rolled-back number comes again

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="datamap_version_one_row")]


class DataTable(models.Model):
    """A table or view of a source as last described, and what a person decided about it."""

    source = models.CharField(max_length=63)
    schema = models.TextField(blank=True, default="")
    name = models.TextField()
    kind = models.CharField(max_length=20, default="table")
    is_writable = models.BooleanField(default=True)  # not a view, and on a transactional engine
    comment = models.TextField(blank=True, default="")
    estimated_rows = models.BigIntegerField(default=0)
    primary_key = models.JSONField(default=list)
    inherits = models.JSONField(default=list)  # [schema, table] of each table whose rows these are too
    is_gone = models.BooleanField(default=False)
    described_at = models.DateTimeField()

    is_people = models.BooleanField(default=False)
    people_kind = models.CharField(max_length=20, blank=True, default="")  # customer, staff, supplier …
    confidence_percent = models.PositiveSmallIntegerField(default=0)
    reasons = models.JSONField(default=list)
    erase = models.CharField(max_length=7, choices=_ACTIONS, blank=True, default="")
    confirmed_by = models.CharField(max_length=255, blank=True, default="")
    confirmed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "schema", "name"], name="datamap_table_unique"),
            models.CheckConstraint(condition=~Q(source="") & ~Q(name=""), name="datamap_table_named"),
            models.CheckConstraint(condition=_CONFIRMED_WHOLE, name="datamap_table_confirmed_whole"),
            models.CheckConstraint(
                condition=Q(erase__in=["", *(action.value for action in EraseAction)]),
                name="datamap_table_erase_known",
            ),
        ]


class DataKeepDuty(models.Model):
    """A law that makes the company keep rows of a table. The end of a row = start column + years."""

    table = models.OneToOneField(DataTable, on_delete=models.CASCADE, related_name="keep_duty")
    article = models.CharField(max_length=255)
    reason_en = models.TextField()
    reason_zh = models.TextField()
    years = models.PositiveSmallIntegerField(null=True, blank=True)
    start_column = models.TextField(blank=True, default="")
    fields = models.JSONField(default=list)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(article="") & ~Q(reason_en="") & ~Q(reason_zh=""),
                name="datamap_keep_cites_and_explains",
            ),
            models.CheckConstraint(
                condition=Q(years__isnull=True, start_column="") | (Q(years__gte=1) & ~Q(start_column="")),
                name="datamap_keep_years_have_a_start",
            ),
        ]


class DataField(models.Model):
    """A column: what the catalogue says, what kind of personal data it holds, what erasure does to it."""

    table = models.ForeignKey(DataTable, on_delete=models.CASCADE, related_name="fields")
    name = models.TextField()
    position = models.PositiveIntegerField()
    type = models.TextField(blank=True, default="")
    comment = models.TextField(blank=True, default="")
    is_nullable = models.BooleanField(default=True)
    is_unique = models.BooleanField(default=False)
    is_indexed = models.BooleanField(default=False)
    is_numeric = models.BooleanField(default=False)
    is_binary = models.BooleanField(default=False)
    max_length = models.BigIntegerField(null=True, blank=True)
    ignores_case = models.BooleanField(default=False)  # its collation compares so
    is_fold_indexed = models.BooleanField(default=False)  # an index on lower(column)
    is_generated = models.BooleanField(default=False)
    is_gone = models.BooleanField(default=False)

    category = models.CharField(max_length=63, default="none")
    confidence_percent = models.PositiveSmallIntegerField(default=0)
    reasons = models.JSONField(default=list)  # [ground, parameters] each: what the category rests on
    hidden = models.JSONField(default=list)  # [category, path, percent] of what is inside documents and texts
    erase = models.CharField(max_length=7, choices=_ACTIONS, blank=True, default="")
    replacement = models.TextField(null=True, blank=True)
    confirmed_by = models.CharField(max_length=255, blank=True, default="")
    confirmed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["table", "name"], name="datamap_field_unique"),
            models.CheckConstraint(condition=~Q(category=""), name="datamap_field_has_category"),
            models.CheckConstraint(condition=Q(confidence_percent__lte=100), name="datamap_field_confidence"),
            models.CheckConstraint(condition=_CONFIRMED_WHOLE, name="datamap_field_confirmed_whole"),
            models.CheckConstraint(
                condition=Q(erase__in=["", *(action.value for action in EraseAction)]),
                name="datamap_field_erase_known",
            ),
            models.CheckConstraint(
                condition=Q(erase="replace", replacement__isnull=False)
                | (~Q(erase="replace") & Q(replacement__isnull=True)),
                name="datamap_field_replace_has_value",
            ),
        ]


class DataLink(models.Model):
    """Columns of one table that point at columns of another, and what that says about whose row it is."""

    from_table = models.ForeignKey(DataTable, on_delete=models.CASCADE, related_name="links_out")
    from_columns = models.JSONField()
    to_table = models.ForeignKey(DataTable, on_delete=models.CASCADE, related_name="links_in")
    to_columns = models.JSONField()
    role = models.CharField(max_length=7, choices=_ROLES)
    match = models.CharField(max_length=5, choices=_MATCHES, default=Match.EXACT.value)
    is_declared = models.BooleanField(default=False)
    kind = models.CharField(max_length=12, choices=_KINDS, default="implicit")
    is_actor = models.BooleanField(default=False)  # who did it, not whose it is
    confidence_percent = models.PositiveSmallIntegerField(default=0)
    reasons = models.JSONField(default=list)
    is_rejected = models.BooleanField(default=False)  # a person said that there is no such link
    discriminator_column = models.TextField(blank=True, default="")
    discriminator_value = models.TextField(blank=True, default="")
    confirmed_by = models.CharField(max_length=255, blank=True, default="")
    confirmed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=[
                    "from_table",
                    "from_columns",
                    "to_table",
                    "to_columns",
                    "discriminator_column",
                    "discriminator_value",
                ],
                name="datamap_link_unique",
            ),
            models.CheckConstraint(
                condition=Q(role__in=[r.value for r in LinkRole]), name="datamap_link_role_known"
            ),
            models.CheckConstraint(
                condition=Q(match__in=[m.value for m in Match]), name="datamap_link_match_known"
            ),
            models.CheckConstraint(condition=_CONFIRMED_WHOLE, name="datamap_link_confirmed_whole"),
            models.CheckConstraint(
                condition=~Q(discriminator_column="") | Q(discriminator_value=""),
                name="datamap_link_discriminator_has_column",
            ),
            models.CheckConstraint(
                condition=Q(is_rejected=False) | Q(confirmed_at__isnull=True, is_declared=False),
                name="datamap_link_rejected_is_open",
            ),
            models.CheckConstraint(
                condition=~(Q(from_table=F("to_table")) & Q(from_columns=F("to_columns"))),
                name="datamap_link_not_to_itself",
            ),
        ]


class DataCopy(models.Model):
    """A column that repeats a column of the people its rows belong to, as the last scan saw it."""

    table = models.ForeignKey(DataTable, on_delete=models.CASCADE, related_name="copies")
    column = models.TextField()
    through = models.JSONField()  # the columns that lead to the person
    far_table = models.ForeignKey(DataTable, on_delete=models.CASCADE, related_name="+")
    far_column = models.TextField()
    percent = models.PositiveSmallIntegerField()  # of the compared rows that are equal still
    compared = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["table", "column", "far_table"], name="datamap_copy_once"),
            models.CheckConstraint(condition=Q(percent__lte=100), name="datamap_copy_percent"),
        ]


class Scan(models.Model):
    """One reading of a source: which tables were sampled, what was found, how it differs from the last time."""

    source = models.CharField(max_length=63)
    state = models.CharField(max_length=10, choices=_STATES)
    phase = models.CharField(max_length=10, choices=_PHASES, default="tables")
    started_by = models.CharField(max_length=255)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    attempt = models.PositiveIntegerField(default=1)  # grows with every pause that was ended
    tables_total = models.PositiveIntegerField(default=0)
    tables_done = models.PositiveIntegerField(default=0)
    links_total = models.PositiveIntegerField(default=0)
    links_done = models.PositiveIntegerField(default=0)
    statements = models.PositiveBigIntegerField(default=0)
    rows_read = models.PositiveBigIntegerField(default=0)
    failure = models.CharField(max_length=60, blank=True, default="")
    differences = models.JSONField(default=list)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["source"],
                condition=Q(state__in=["running", "paused", "waiting"]),
                name="datamap_one_open_scan",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, state__in=["running", "paused", "waiting"])
                | Q(ended_at__isnull=False, state__in=["done", "failed", "stopped"]),
                name="datamap_scan_ended_whole",
            ),
        ]


class ScanTable(models.Model):
    """A table of a scan. `if_owned`: verdicts that hold where its rows turn out to be somebody's."""

    scan = models.ForeignKey(Scan, on_delete=models.CASCADE, related_name="tables")
    table = models.ForeignKey(DataTable, on_delete=models.CASCADE, related_name="+")
    is_done = models.BooleanField(default=False)
    is_linked = models.BooleanField(default=False)
    refusal = models.CharField(max_length=60, blank=True, default="")
    before = models.JSONField(default=dict)  # category by field before this scan
    if_owned = models.JSONField(default=dict)
    codes = models.JSONField(default=dict)  # the form of values by field: what links are looked for with

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["scan", "table"], name="datamap_scan_table_once"),
        ]


class MapChange(models.Model):
    """A case about personal fields that a scan found new in a source."""

    number = models.CharField(max_length=16, unique=True)
    source = models.CharField(max_length=63, db_index=True)
    is_open = models.BooleanField(default=True)


class MapChangeField(models.Model):
    """A field that such a case asks a person about; it is in the case that asked last."""

    change = models.ForeignKey(MapChange, on_delete=models.CASCADE, related_name="fields")
    field = models.OneToOneField(DataField, on_delete=models.CASCADE, related_name="asked_in")


class ScanPlan(models.Model):
    """How a source is scanned: how often, how hard, in which hours, and who owns what is new."""

    source = models.CharField(max_length=63, unique=True)
    every_days = models.PositiveSmallIntegerField(null=True, blank=True)
    statements_per_minute = models.PositiveIntegerField(null=True, blank=True)
    rows_per_s = models.PositiveIntegerField(null=True, blank=True)
    from_hour = models.PositiveSmallIntegerField(null=True, blank=True)
    to_hour = models.PositiveSmallIntegerField(null=True, blank=True)
    owner = models.CharField(max_length=150, blank=True, default="")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(from_hour__isnull=True, to_hour__isnull=True)
                | Q(from_hour__lte=23, to_hour__lte=23) & ~Q(from_hour=F("to_hour")),
                name="datamap_plan_hours_whole",
            ),
            models.CheckConstraint(
                condition=Q(every_days__isnull=True) | Q(every_days__gte=1),
                name="datamap_plan_every_day_at_most",
            ),
        ]


class Recipient(models.Model):
    """One statement about somebody who receives personal data. The highest version of a key is in force.

    Never written over: a change is the next version. `tables`: [source, schema, table] each.
    """

    key = models.CharField(max_length=40)
    version = models.PositiveIntegerField()
    valid_from = models.DateTimeField()
    stated_by = models.CharField(max_length=255)
    is_ended = models.BooleanField(default=False)
    name_en = models.CharField(max_length=120)
    name_zh = models.CharField(max_length=120)
    kind = models.CharField(max_length=20)
    contact = models.CharField(max_length=4)
    reference = models.CharField(max_length=16)
    address = models.CharField(max_length=254, blank=True, default="")
    subscription = models.CharField(max_length=63, blank=True, default="")
    assignee = models.CharField(max_length=150, blank=True, default="")
    language = models.CharField(max_length=12, default="en")
    country = models.CharField(max_length=2, blank=True, default="")
    tables = models.JSONField(default=list)
    categories = models.JSONField(default=list)
    since_date = models.DateField(null=True, blank=True)
    until_date = models.DateField(null=True, blank=True)
    remind_days = models.PositiveSmallIntegerField(default=REMIND_DAYS)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["key", "version"], name="datamap_recipient_version_once"),
            models.CheckConstraint(
                condition=Q(kind__in=[kind.value for kind in RecipientKind]), name="datamap_recipient_kind"
            ),
            models.CheckConstraint(
                condition=(Q(contact=Contact.MAIL.value) & ~Q(address=""))
                | (Q(contact=Contact.CALL.value) & ~Q(subscription=""))
                | Q(contact=Contact.TASK.value),
                name="datamap_recipient_can_be_told",
            ),
            models.CheckConstraint(
                condition=Q(reference__in=[one.value for one in Reference]),
                name="datamap_recipient_reference",
            ),
            models.CheckConstraint(condition=Q(remind_days__gte=1), name="datamap_recipient_reminds"),
            models.CheckConstraint(
                condition=Q(since_date__isnull=True)
                | Q(until_date__isnull=True)
                | Q(until_date__gte=F("since_date")),
                name="datamap_recipient_ends_after_start",
            ),
        ]


class ManualSource(models.Model):
    """One statement about a place that no program reads. The highest version of a key is in force."""

    key = models.CharField(max_length=40)
    version = models.PositiveIntegerField()
    valid_from = models.DateTimeField()
    stated_by = models.CharField(max_length=255)
    is_ended = models.BooleanField(default=False)
    name_en = models.CharField(max_length=120)
    name_zh = models.CharField(max_length=120)
    assignee = models.CharField(max_length=150)
    categories = models.JSONField(default=list)
    answer_days = models.PositiveSmallIntegerField(default=ANSWER_DAYS)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["key", "version"], name="datamap_manual_version_once"),
            models.CheckConstraint(condition=~Q(assignee=""), name="datamap_manual_has_somebody"),
            models.CheckConstraint(condition=Q(answer_days__gte=1), name="datamap_manual_days"),
        ]
