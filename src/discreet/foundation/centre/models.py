"""What the public side remembers: codes, limits, forms already sent. No address and no IP in clear."""

from django.db import models
from django.db.models import F, Q

from discreet.foundation.centre.rules import CODES_A_CASE, TRIES_A_CASE


class Verification(models.Model):
    """How far the identity check of a case is. Tries count over all codes of the case."""

    case_number = models.CharField(max_length=16, unique=True)
    contact_kind = models.CharField(max_length=8, blank=True)
    contact_sealed = models.BinaryField(default=bytes)
    codes = models.PositiveSmallIntegerField(default=0)
    tries = models.PositiveSmallIntegerField(default=0)
    verified_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(tries__lte=TRIES_A_CASE), name="centre_tries_in_total"),
            models.CheckConstraint(condition=Q(codes__lte=CODES_A_CASE), name="centre_codes_in_total"),
        ]


class VerificationCode(models.Model):
    """One code that was sent. Only its keyed hash with a salt is kept."""

    verification = models.ForeignKey(Verification, on_delete=models.CASCADE, related_name="sent")
    salt = models.BinaryField()
    code_hash = models.CharField(max_length=64)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("made_at")), name="centre_code_lives_for_a_while"
            )
        ]


class LimitWindow(models.Model):
    """How often something happened within a window of time. `key` is a keyed hash."""

    key = models.CharField(max_length=64)
    window = models.BigIntegerField()
    count = models.PositiveIntegerField(default=0)
    ends_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key", "window"], name="centre_one_window")]


class SentForm(models.Model):
    """A form that was sent once already: the second click gets the first one's answer."""

    form_id = models.CharField(max_length=40, primary_key=True)
    result = models.CharField(max_length=200, blank=True)
    sent_at = models.DateTimeField(db_index=True)


class HandoverSite(models.Model):
    """A site of the company that may hand its signed-in customers over. It signs in one way only."""

    site_id = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=80)
    algorithm = models.CharField(max_length=8)
    public_key = models.TextField(blank=True)
    secret_sealed = models.BinaryField(default=bytes)
    return_url = models.CharField(max_length=200)
    made_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=(Q(algorithm="HS256") & Q(public_key=""))
                | (Q(algorithm__in=["EdDSA", "ES256"]) & ~Q(public_key="")),
                name="centre_site_signs_in_one_way",
            )
        ]


class Handover(models.Model):
    """A token that was taken. `jti_hash` keeps it from being taken again; who came lies sealed until the visit ends."""

    site = models.ForeignKey(HandoverSite, on_delete=models.CASCADE, related_name="handovers")
    jti_hash = models.CharField(max_length=64)
    visit_hash = models.CharField(max_length=64, unique=True)
    sealed = models.BinaryField(default=bytes)
    expires_at = models.DateTimeField()
    keep_until = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["site", "jti_hash"], name="centre_token_taken_once")]
