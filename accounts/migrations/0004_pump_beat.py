from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_tenant_ids"),
    ]

    operations = [
        migrations.CreateModel(
            name="PumpBeat",
            fields=[
                ("name", models.CharField(max_length=200, primary_key=True, serialize=False)),
                ("started_at", models.DateTimeField()),
                ("beat_at", models.DateTimeField()),
                ("lag_seconds", models.FloatField(default=0)),
                ("figures", models.JSONField(default=dict)),
            ],
        ),
        migrations.RunSQL(
            "GRANT SELECT, INSERT, UPDATE, DELETE ON accounts_pumpbeat TO perennial_dispatch",
            migrations.RunSQL.noop,
        ),
    ]
