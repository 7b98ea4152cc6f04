from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("jobs", "0001_initial")]

    operations = [
        migrations.AddField("job", "run_id", models.CharField(default="", max_length=200), preserve_default=False),
        migrations.RunSQL("UPDATE jobs_job SET run_id = key", migrations.RunSQL.noop),
        migrations.AddIndex("job", models.Index(fields=["run_id"], name="jobs_job_run")),
    ]
