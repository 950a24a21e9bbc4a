from django.db import migrations

DISPATCH = """
CREATE POLICY dispatch ON accounts_domainevent FOR SELECT TO perennial_dispatch USING (true);
GRANT SELECT (tenant_id, kind, at) ON accounts_domainevent TO perennial_dispatch;
GRANT SELECT (event) ON engagement_cadence TO perennial_dispatch;
"""


class Migration(migrations.Migration):
    """The pump may ask whether an event has happened that a cadence waits for."""

    dependencies = [("engagement", "0002_outreach")]

    operations = [migrations.RunSQL(DISPATCH, migrations.RunSQL.noop)]
