# The ledger: entries, leaves, tiles, checkpoints.

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='LedgerCheckpoint',
            fields=[
                ('size', models.BigIntegerField(primary_key=True, serialize=False)),
                ('root', models.BinaryField(max_length=32)),
                ('note', models.TextField()),
            ],
        ),
        migrations.CreateModel(
            name='LedgerEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('act', models.CharField(max_length=100)),
                ('at', models.CharField(max_length=27)),
                ('subject', models.CharField(max_length=200)),
                ('body', models.TextField()),
            ],
        ),
        migrations.CreateModel(
            name='LedgerLeaf',
            fields=[
                ('leaf_index', models.BigIntegerField(primary_key=True, serialize=False)),
                ('leaf_hash', models.BinaryField(max_length=32)),
            ],
        ),
        migrations.CreateModel(
            name='LedgerTile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('level', models.PositiveSmallIntegerField()),
                ('number', models.BigIntegerField()),
                ('hashes', models.BinaryField(max_length=8192)),
                ('root', models.BinaryField(max_length=32)),
            ],
        ),
        migrations.CreateModel(
            name='PersonSalt',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveIntegerField()),
                ('person_ref', models.CharField(db_index=True, max_length=40)),
                ('salt', models.BinaryField(max_length=32)),
            ],
        ),
        migrations.CreateModel(
            name='WaitingEntry',
            fields=[
                ('entry', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, serialize=False, to='ledger.ledgerentry')),
            ],
        ),
        migrations.AddIndex(
            model_name='ledgerentry',
            index=models.Index(fields=['subject', 'id'], name='ledger_ledg_subject_313565_idx'),
        ),
        migrations.AddIndex(
            model_name='ledgerentry',
            index=models.Index(fields=['act', 'at'], name='ledger_ledg_act_e8d199_idx'),
        ),
        migrations.AddField(
            model_name='ledgerleaf',
            name='entry',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='leaf', to='ledger.ledgerentry'),
        ),
        migrations.AddConstraint(
            model_name='ledgertile',
            constraint=models.UniqueConstraint(fields=('level', 'number'), name='ledger_tile_once'),
        ),
        migrations.AddField(
            model_name='personsalt',
            name='entry',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='ledger.ledgerentry'),
        ),
        migrations.AddConstraint(
            model_name='ledgerleaf',
            constraint=models.CheckConstraint(condition=models.Q(('leaf_index__gte', 0)), name='ledger_leaf_index'),
        ),
        migrations.AddConstraint(
            model_name='personsalt',
            constraint=models.UniqueConstraint(fields=('entry', 'position'), name='ledger_salt_once'),
        ),
    ]
