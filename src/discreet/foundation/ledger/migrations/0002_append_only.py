# Triggers forbid UPDATE, DELETE and TRUNCATE on the append-only tables.

from django.db import migrations

from discreet.foundation.ledger.guards import guard, unsafe_lift_guards


def forwards(apps, schema_editor):
    guard(schema_editor.connection)


def backwards(apps, schema_editor):
    unsafe_lift_guards(schema_editor.connection)


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_initial")]
    operations = [migrations.RunPython(forwards, backwards)]
