"""Records of connected sources. A password is sealed or named by its environment variable, never in clear."""

from django.db import models


class Source(models.Model):
    """A company database that Discreet reads, and writes where a write address is given.

    `revision` grows with every change, so that processes drop what they hold about the source.
    """

    name = models.SlugField(max_length=50, unique=True)
    engine = models.CharField(max_length=20)
    version = models.CharField(max_length=120)
    revision = models.PositiveIntegerField(default=1)
    fingerprint = models.CharField(max_length=64)
    catalogue = models.JSONField()
    connected_at = models.DateTimeField()
    described_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(engine__in=["sqlite", "postgresql", "mysql", "files"]),
                name="sources_known_engine",
            )
        ]


class Endpoint(models.Model):
    """Where and as whom a source is reached for one use."""

    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="endpoints")
    use = models.CharField(max_length=5)
    url_variable = models.CharField(max_length=200, blank=True)  # the whole address is in the environment
    host = models.CharField(max_length=255, blank=True)
    port = models.PositiveIntegerField(default=0)
    database = models.CharField(max_length=1000, blank=True)
    user = models.CharField(max_length=255, blank=True)
    password_variable = models.CharField(max_length=200, blank=True)
    sealed_password = models.BinaryField(null=True)
    options = models.JSONField(default=dict)
    is_replica = models.BooleanField(default=False)
    tls = models.CharField(max_length=100)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "use"], name="sources_one_endpoint_per_use"),
            models.CheckConstraint(condition=models.Q(use__in=["read", "write"]), name="sources_known_use"),
        ]
