from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("rights", "0005_contact_digests")]

    operations = [
        migrations.AddField(
            model_name="rightsrequest",
            name="answer",
            field=models.CharField(default="", max_length=12),
        ),
        migrations.AddIndex(
            model_name="rightsrequest",
            index=models.Index(
                fields=["batch", "position"],
                condition=models.Q(answer__in=["mail_due", "letter_due"]),
                name="rights_answer_due",
            ),
        ),
    ]
