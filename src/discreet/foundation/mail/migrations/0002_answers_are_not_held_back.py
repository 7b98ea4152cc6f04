"""Answers and acts of staff are outside the mailbox's limit, so no mail is held back any more."""

from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps


def send_what_was_held_back(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    apps.get_model("mail", "OutgoingMessage").objects.filter(state="held_back").update(state="waiting")


class Migration(migrations.Migration):
    dependencies = [("mail", "0001_initial")]

    operations = [
        migrations.RunPython(send_what_was_held_back, migrations.RunPython.noop),
        migrations.RemoveConstraint(model_name="outgoingmessage", name="mail_done_is_not_due"),
        migrations.RemoveConstraint(model_name="outgoingmessage", name="mail_gone_holds_nobody"),
        migrations.RemoveField(model_name="outgoingmessage", name="mailbox"),
        migrations.AlterField(
            model_name="outgoingmessage",
            name="state",
            field=models.CharField(
                choices=[
                    ("waiting", "Waiting"),
                    ("sent", "Sent"),
                    ("dropped", "Dropped"),
                    ("failed", "Failed"),
                ],
                max_length=12,
            ),
        ),
        migrations.AddConstraint(
            model_name="outgoingmessage",
            constraint=models.CheckConstraint(
                condition=models.Q(next_at__isnull=True) | models.Q(state="waiting"),
                name="mail_done_is_not_due",
            ),
        ),
        migrations.AddConstraint(
            model_name="outgoingmessage",
            constraint=models.CheckConstraint(
                condition=models.Q(state="waiting") | models.Q(sealed=b""), name="mail_gone_holds_nobody"
            ),
        ),
    ]
