"""The table behind the cache: limits on sign-ins and used codes hold in every process."""

from django.core.management import call_command
from django.db import migrations


def create(apps, schema_editor):
    call_command("createcachetable", "discreet_cache", database=schema_editor.connection.alias, verbosity=0)


def drop(apps, schema_editor):
    schema_editor.execute("DROP TABLE discreet_cache")


class Migration(migrations.Migration):
    dependencies = [("staff", "0002_apitoken_staffmember_must_change_password_and_more")]
    operations = [migrations.RunPython(create, drop)]
