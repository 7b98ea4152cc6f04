from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("jobs", "0002_job_run_id")]

    operations = [
        migrations.CreateModel(
            name="ScheduleFailure",
            fields=[
                ("name", models.CharField(max_length=120, primary_key=True, serialize=False)),
                ("failing_since", models.DateTimeField()),
                ("error", models.CharField(max_length=80)),
            ],
        ),
    ]
