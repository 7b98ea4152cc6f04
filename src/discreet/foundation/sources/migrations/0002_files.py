from django.db import migrations, models


class Migration(migrations.Migration):
    """A folder of files is a source too."""

    dependencies = [("sources", "0001_initial")]

    operations = [
        migrations.RemoveConstraint(model_name="source", name="sources_known_engine"),
        migrations.AddConstraint(
            model_name="source",
            constraint=models.CheckConstraint(
                condition=models.Q(engine__in=["sqlite", "postgresql", "mysql", "files"]),
                name="sources_known_engine",
            ),
        ),
    ]
