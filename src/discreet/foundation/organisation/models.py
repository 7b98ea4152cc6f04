"""The company's profile: one row. Evidence of its changes stands in the ledger."""

from django.db import models


class CompanyRecord(models.Model):
    """The profile as kept. `revision` is random and changes with every act, so a copy can be recognised."""

    revision = models.CharField(max_length=32)
    name_en = models.CharField(max_length=200, blank=True)
    name_zh = models.CharField(max_length=200, blank=True)
    brands = models.JSONField(default=list, blank=True)
    legal_entities = models.JSONField(default=list, blank=True)
    laws = models.JSONField(default=list)
    zones = models.JSONField(default=dict)
    calendars = models.JSONField(default=dict)
    languages = models.JSONField(default=list)
    officer = models.CharField(max_length=200, blank=True)
    officer_email = models.CharField(max_length=200, blank=True)
    contact_email = models.CharField(max_length=200, blank=True)
    contact_phone = models.CharField(max_length=200, blank=True)
    contact_address = models.CharField(max_length=200, blank=True)
    logo_text = models.CharField(max_length=200, blank=True)
    phone_region = models.CharField(max_length=2, blank=True)
    access_is_reviewed = models.BooleanField(default=False)
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(pk=1), name="organisation_one_company"),
            models.CheckConstraint(
                condition=~models.Q(name_en="", name_zh=""), name="organisation_company_has_a_name"
            ),
        ]
