"""Accounts of staff and the tokens of their programs."""

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models.functions import Lower
from django.utils.crypto import salted_hmac

from discreet.vocabulary.actors import Role


class StaffMember(AbstractUser):
    """A person who works for the company. `roles` holds `Role` values; none of them means no access."""

    roles = models.JSONField(default=list, blank=True)
    language = models.CharField(max_length=12, default="en")
    must_change_password = models.BooleanField(default=False)

    class Meta(AbstractUser.Meta):
        constraints = [
            models.UniqueConstraint(Lower("username"), name="staff_username_once"),
            models.UniqueConstraint(Lower("email"), name="staff_email_once", condition=~models.Q(email="")),
        ]

    def has_role(self, role: Role) -> bool:
        return role.value in self.roles

    def _get_session_auth_hash(self, secret: str | bytes | None = None) -> str:
        """Bind sessions to password *and* roles, so that a change of either ends every session."""
        value = "\n".join((self.password, *sorted(self.roles)))
        return salted_hmac("discreet.staff.session", value, secret=secret, algorithm="sha256").hexdigest()


class ApiToken(models.Model):
    """A program's key to the REST API. Only its hash is kept; `prefix` lets people recognise it."""

    owner = models.ForeignKey(StaffMember, on_delete=models.PROTECT, related_name="tokens")
    name = models.CharField(max_length=60)
    prefix = models.CharField(max_length=12)
    token_hash = models.CharField(max_length=64, unique=True)
    scopes = models.JSONField(default=list)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
