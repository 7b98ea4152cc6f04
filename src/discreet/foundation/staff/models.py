"""Accounts of staff."""

from django.contrib.auth.models import AbstractUser
from django.db import models

from discreet.vocabulary.actors import Role


class StaffMember(AbstractUser):
    """A person who works for the company. `roles` holds `Role` values; none of them means no access."""

    roles = models.JSONField(default=list, blank=True)
    language = models.CharField(max_length=12, default="en")

    def has_role(self, role: Role) -> bool:
        return role.value in self.roles
