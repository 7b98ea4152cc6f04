from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("datamap", "0002_column_facts")]

    operations = [
        migrations.AddField(
            model_name="datatable",
            name="inherits",
            field=models.JSONField(default=list),
        ),
    ]
