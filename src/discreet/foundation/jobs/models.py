"""Outbox, jobs, workers and leases."""

from django.db import models


class OutboxEvent(models.Model):
    """An event that an act published. It stays until every handler has had it, and a while after."""

    event_id = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=120)
    body = models.TextField()
    published_at = models.DateTimeField(auto_now_add=True)
    is_delivered = models.BooleanField(default=False)
    attempts = models.PositiveIntegerField(default=0)
    next_try_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["id"], name="jobs_event_open", condition=models.Q(is_delivered=False)),
        ]


class Delivery(models.Model):
    """An event reached a handler, once."""

    event_id = models.CharField(max_length=40)
    handler = models.CharField(max_length=200)
    failure_code = models.CharField(max_length=80, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["event_id", "handler"], name="jobs_one_delivery"),
        ]


class JobState(models.TextChoices):
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class Job(models.Model):
    """A workflow to run, once per `key`. `fence` grows with each worker that takes it, `deaths` with each that died.

    `run_id` is its id in the engine. It is random: after a backup is restored, the same key must not meet the
    engine's memory of another life.
    """

    key = models.CharField(max_length=200, unique=True)
    run_id = models.CharField(max_length=200)
    workflow = models.CharField(max_length=120)
    args = models.JSONField(default=dict)
    state = models.CharField(max_length=8, choices=JobState.choices, default=JobState.WAITING)
    worker = models.CharField(max_length=40, default="")
    fence = models.PositiveIntegerField(default=0)
    attempts = models.PositiveIntegerField(default=0)
    deaths = models.PositiveIntegerField(default=0)
    next_try_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)
    failure_code = models.CharField(max_length=80, default="")
    failure_message = models.CharField(max_length=500, default="")
    failure_params = models.JSONField(default=dict)

    class Meta:
        indexes = [
            models.Index(
                fields=["state", "id"],
                name="jobs_job_open",
                condition=models.Q(state__in=["waiting", "running"]),
            ),
            models.Index(fields=["run_id"], name="jobs_job_run"),
        ]


class Worker(models.Model):
    """A worker process. `beats` grows while it lives; who watches it goes by their own monotonic clock."""

    worker_id = models.CharField(max_length=40, primary_key=True)
    host = models.CharField(max_length=120)
    pid = models.PositiveIntegerField()
    started_at = models.DateTimeField(auto_now_add=True)
    beats = models.PositiveBigIntegerField(default=0)
    beaten_at = models.DateTimeField(auto_now=True)


class Lease(models.Model):
    """Something one worker holds alone, such as leading the schedules."""

    name = models.CharField(max_length=60, primary_key=True)
    worker = models.CharField(max_length=40)


class ScheduleRun(models.Model):
    """When a schedule last ran."""

    name = models.CharField(max_length=120, primary_key=True)
    ran_at = models.DateTimeField()


class ScheduleFailure(models.Model):
    """A schedule that fails: the row stays from its first failure to its next success. No message: see the log."""

    name = models.CharField(max_length=120, primary_key=True)
    failing_since = models.DateTimeField()
    error = models.CharField(max_length=80)
