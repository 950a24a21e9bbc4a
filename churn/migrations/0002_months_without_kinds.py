from django.db import migrations

# The months keep what retention and cohorts are read from; movements by kind are read from the ledger itself.
KINDS = ("new", "reactivation", "expansion", "contraction", "churn", "pause", "resume", "fx")
COUNTED = ("new", "reactivation", "churn", "pause", "resume")
COLUMNS = [f"{kind}_mrr numeric" for kind in KINDS] + [f"{kind}_customers integer" for kind in COUNTED]


class Migration(migrations.Migration):
    dependencies = [("churn", "0001_initial")]

    operations = [
        migrations.RunSQL(
            f"ALTER TABLE churn_month {', '.join(f'DROP COLUMN {column.split()[0]}' for column in COLUMNS)}",
            f"ALTER TABLE churn_month {', '.join(f'ADD COLUMN {column} NOT NULL DEFAULT 0' for column in COLUMNS)}",
        )
    ]
