from django.db import migrations, models

import accounts.localities


class Migration(migrations.Migration):
    """A new tenant's id is drawn before its row, which is written inside its own scope."""

    dependencies = [("accounts", "0002_walls")]

    operations = [
        migrations.AlterField(
            model_name="tenant",
            name="currency",
            field=models.CharField(default="USD", max_length=3, validators=[accounts.localities.validate_currency]),
        ),
        migrations.AlterField(
            model_name="tenant",
            name="timezone",
            field=models.CharField(default="UTC", max_length=64, validators=[accounts.localities.validate_timezone]),
        ),
        migrations.RunSQL("GRANT USAGE ON SEQUENCE accounts_tenant_id_seq TO perennial_app", migrations.RunSQL.noop),
    ]
