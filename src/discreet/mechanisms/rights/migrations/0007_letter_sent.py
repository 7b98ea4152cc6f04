from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("rights", "0006_answer")]

    operations = [
        migrations.AddField(
            model_name="rightsrequest",
            name="letter_sent_at",
            field=models.DateTimeField(null=True),
        ),
    ]
