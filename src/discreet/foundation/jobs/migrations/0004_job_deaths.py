from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("jobs", "0003_schedule_failure")]

    operations = [
        migrations.AddField("Job", "deaths", models.PositiveIntegerField(default=0)),
    ]
