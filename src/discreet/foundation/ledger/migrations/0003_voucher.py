# What waits is vouched for. What waited before this version was written without: the upgrade vouches for it.

from django.db import migrations, models


def forwards(apps, schema_editor):
    waiting = apps.get_model("ledger", "WaitingEntry").objects.select_related("entry")
    if not waiting.exists():
        return
    from discreet.foundation.ledger.vouching import voucher

    for one in waiting:
        one.voucher = voucher(entry_id=one.entry_id, body=one.entry.body)
        one.save(update_fields=["voucher"])


class Migration(migrations.Migration):
    dependencies = [("ledger", "0002_append_only"), ("keys", "0001_initial")]
    operations = [
        migrations.AddField(
            "waitingentry", "voucher", models.BinaryField(default=b"", max_length=32), preserve_default=False
        ),
        migrations.RunPython(forwards, migrations.RunPython.noop),
    ]
