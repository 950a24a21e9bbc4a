from pathlib import Path

from django.db import migrations

from accounts.tenancy.operations import SecureTenantTables

USAGE_STALE = Path(__file__).with_name("usage_stale.sql").read_text()


class Migration(migrations.Migration):
    dependencies = [("health", "0002_scores")]

    operations = [
        migrations.RunSQL(USAGE_STALE, migrations.RunSQL.noop),
        SecureTenantTables(extra=["health_usage_stale"]),
    ]
