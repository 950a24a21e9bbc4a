import accounts.tenancy.fields
import accounts.tenancy.scope
import datetime
import django.contrib.postgres.fields
import django.db.models.constraints
import django.db.models.deletion
import django.utils.timezone
import engagement.models.cadence
from django.db import migrations, models

from accounts.tenancy.operations import SecureTenantTables

# The day and hour of a mail in the contact's own time: the first allowed weekday, from the offset on, whose window
# is still open. A time that DST skips falls on the hour that follows, one that it repeats is taken once.
NEXT_SEND_AT = """
CREATE FUNCTION next_send_at(
    first_day date, weekdays smallint[], send_from time, send_to time, zone text, after timestamptz
) RETURNS timestamptz LANGUAGE sql STABLE SET search_path = pg_catalog AS $$
    SELECT (day + send_from) AT TIME ZONE zone
    FROM (
        SELECT greatest(first_day, (after AT TIME ZONE zone)::date) + ahead AS day FROM generate_series(0, 8) AS ahead
    ) days
    WHERE extract(isodow FROM day) = ANY (weekdays) AND (day + send_to) AT TIME ZONE zone > after
    ORDER BY day LIMIT 1
$$;
"""

DISPATCH = """
CREATE POLICY dispatch ON engagement_message TO perennial_dispatch USING (true) WITH CHECK (true);
GRANT SELECT (id, tenant_id, run_at, state, lease_until, attempts, asked_at), UPDATE (state, lease_until, attempts)
    ON engagement_message TO perennial_dispatch;
CREATE POLICY dispatch ON engagement_enrolment FOR SELECT TO perennial_dispatch USING (true);
GRANT SELECT (tenant_id, state, next_at) ON engagement_enrolment TO perennial_dispatch;
CREATE POLICY dispatch ON engagement_cadence FOR SELECT TO perennial_dispatch USING (true);
GRANT SELECT (tenant_id, trigger, activated_at, looked_at) ON engagement_cadence TO perennial_dispatch;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0004_pump_beat"),
        ("engagement", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Cadence",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        db_default=accounts.tenancy.fields.UUIDv7(), editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("external_id", models.CharField(blank=True, max_length=200, null=True)),
                ("name", models.CharField(max_length=100, verbose_name="name")),
                (
                    "category",
                    models.CharField(
                        choices=[
                            ("onboarding", "Getting started"),
                            ("product", "Tips and new features"),
                            ("news", "News"),
                            ("survey", "Surveys"),
                            ("renewal", "Renewal reminders"),
                            ("account", "Notices about the account"),
                        ],
                        default="onboarding",
                        max_length=12,
                        verbose_name="category",
                    ),
                ),
                (
                    "trigger",
                    models.CharField(
                        choices=[
                            ("signed_up", "Customer signed up"),
                            ("contact_added", "Contact was added"),
                            ("subscription_started", "First subscription started"),
                            ("renewal", "Renewal (days before it are negative)"),
                            ("event", "Something happened"),
                        ],
                        default="signed_up",
                        max_length=24,
                        verbose_name="starts when",
                    ),
                ),
                ("event", models.CharField(blank=True, max_length=64, verbose_name="event")),
                ("champions_only", models.BooleanField(default=False, verbose_name="champions only")),
                ("stop_on_churn", models.BooleanField(default=True, verbose_name="stop when the customer leaves")),
                ("stop_on_reply", models.BooleanField(default=True, verbose_name="stop when the contact replies")),
                ("starts_on", models.DateField(blank=True, null=True, verbose_name="for sign-ups and events from")),
                ("activated_at", models.DateTimeField(null=True)),
                ("looked_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "segment",
                    accounts.tenancy.fields.TenantForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        to="accounts.segment",
                        verbose_name="only customers of",
                    ),
                ),
                (
                    "tenant",
                    models.ForeignKey(
                        db_index=False,
                        default=accounts.tenancy.scope.current_tenant_id,
                        editable=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="accounts.tenant",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="CadenceStep",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        db_default=accounts.tenancy.fields.UUIDv7(), editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("position", models.SmallIntegerField()),
                ("offset_days", models.IntegerField(default=0, verbose_name="days after")),
                (
                    "weekdays",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.SmallIntegerField(),
                        default=engagement.models.cadence.every_weekday,
                        size=None,
                        verbose_name="weekdays",
                    ),
                ),
                ("send_from", models.TimeField(default=datetime.time(9, 0), verbose_name="from")),
                ("send_to", models.TimeField(default=datetime.time(16, 0), verbose_name="until")),
                ("texts", models.JSONField(default=dict)),
                (
                    "cadence",
                    accounts.tenancy.fields.TenantForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="steps",
                        to="engagement.cadence",
                    ),
                ),
                (
                    "tenant",
                    models.ForeignKey(
                        db_index=False,
                        default=accounts.tenancy.scope.current_tenant_id,
                        editable=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="accounts.tenant",
                    ),
                ),
            ],
            options={
                "ordering": ["position"],
            },
        ),
        migrations.CreateModel(
            name="Enrolment",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        db_default=accounts.tenancy.fields.UUIDv7(), editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("occurrence", models.CharField(blank=True, max_length=40)),
                ("anchor_on", models.DateField()),
                ("next_step", models.SmallIntegerField(default=1)),
                ("next_at", models.DateTimeField(null=True)),
                (
                    "state",
                    models.CharField(
                        choices=[("active", "Running"), ("finished", "Finished"), ("stopped", "Stopped")],
                        default="active",
                        max_length=8,
                    ),
                ),
                ("stop_reason", models.CharField(blank=True, max_length=40)),
                ("replied_at", models.DateTimeField(null=True)),
                ("enrolled_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "cadence",
                    accounts.tenancy.fields.TenantForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="enrolments",
                        to="engagement.cadence",
                    ),
                ),
                (
                    "contact",
                    accounts.tenancy.fields.TenantForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="enrolments",
                        to="accounts.contact",
                    ),
                ),
                (
                    "customer",
                    accounts.tenancy.fields.TenantForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="accounts.customer",
                    ),
                ),
                (
                    "tenant",
                    models.ForeignKey(
                        db_index=False,
                        default=accounts.tenancy.scope.current_tenant_id,
                        editable=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="accounts.tenant",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Message",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        db_default=accounts.tenancy.fields.UUIDv7(), editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("dedupe_key", models.CharField(max_length=200)),
                (
                    "category",
                    models.CharField(
                        choices=[
                            ("onboarding", "Getting started"),
                            ("product", "Tips and new features"),
                            ("news", "News"),
                            ("survey", "Surveys"),
                            ("renewal", "Renewal reminders"),
                            ("account", "Notices about the account"),
                        ],
                        max_length=12,
                    ),
                ),
                ("to_email", models.CharField(blank=True, max_length=254)),
                ("language", models.CharField(blank=True, max_length=8)),
                ("subject", models.CharField(blank=True, max_length=250)),
                ("body", models.TextField(blank=True)),
                ("is_test", models.BooleanField(default=False)),
                ("run_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("not_after", models.DateTimeField(null=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("due", "Waiting"),
                            ("claimed", "Being sent"),
                            ("sent", "Sent"),
                            ("unsure", "Unsure"),
                            ("dead", "Not sent"),
                        ],
                        default="due",
                        max_length=8,
                    ),
                ),
                ("lease_until", models.DateTimeField(null=True)),
                ("attempts", models.IntegerField(default=0)),
                ("reason", models.CharField(blank=True, max_length=40)),
                ("error", models.TextField(blank=True)),
                ("transport", models.CharField(blank=True, max_length=40)),
                ("asked_at", models.DateTimeField(null=True)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("sent_at", models.DateTimeField(null=True)),
                (
                    "contact",
                    accounts.tenancy.fields.TenantForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="messages",
                        to="accounts.contact",
                    ),
                ),
                (
                    "customer",
                    accounts.tenancy.fields.TenantForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="accounts.customer",
                    ),
                ),
                (
                    "enrolment",
                    accounts.tenancy.fields.TenantForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="messages",
                        to="engagement.enrolment",
                    ),
                ),
                (
                    "step",
                    accounts.tenancy.fields.TenantForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="engagement.cadencestep",
                    ),
                ),
                (
                    "tenant",
                    models.ForeignKey(
                        db_index=False,
                        default=accounts.tenancy.scope.current_tenant_id,
                        editable=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="accounts.tenant",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Suppression",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        db_default=accounts.tenancy.fields.UUIDv7(), editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("email", models.CharField(max_length=254)),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("bounced", "Address does not exist"),
                            ("complained", "Marked as spam"),
                            ("unsubscribed", "Unsubscribed from everything"),
                            ("manual", "Blocked by hand"),
                        ],
                        max_length=12,
                    ),
                ),
                ("detail", models.CharField(blank=True, max_length=300)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                (
                    "tenant",
                    models.ForeignKey(
                        db_index=False,
                        default=accounts.tenancy.scope.current_tenant_id,
                        editable=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="accounts.tenant",
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="cadence",
            constraint=models.UniqueConstraint(fields=("tenant", "external_id"), name="cadence_external_id"),
        ),
        migrations.AddConstraint(
            model_name="cadence",
            constraint=models.UniqueConstraint(fields=("tenant", "name"), name="cadence_name"),
        ),
        migrations.AddConstraint(
            model_name="cadencestep",
            constraint=models.UniqueConstraint(
                deferrable=django.db.models.constraints.Deferrable["DEFERRED"],
                fields=("tenant", "cadence", "position"),
                name="cadence_step_position",
            ),
        ),
        migrations.AddConstraint(
            model_name="cadencestep",
            constraint=models.CheckConstraint(
                condition=models.Q(("send_to__gt", models.F("send_from"))), name="cadence_step_window"
            ),
        ),
        migrations.AddConstraint(
            model_name="cadencestep",
            constraint=models.CheckConstraint(
                condition=models.Q(("weekdays__len__gte", 1)), name="cadence_step_weekdays"
            ),
        ),
        migrations.AddIndex(
            model_name="enrolment",
            index=models.Index(condition=models.Q(("state", "active")), fields=["next_at"], name="enrolment_due"),
        ),
        migrations.AddIndex(
            model_name="enrolment",
            index=models.Index(fields=["tenant", "cadence", "-enrolled_at", "-id"], name="enrolment_of_cadence"),
        ),
        migrations.AddIndex(
            model_name="enrolment",
            index=models.Index(fields=["tenant", "contact"], name="enrolment_of_contact"),
        ),
        migrations.AddConstraint(
            model_name="enrolment",
            constraint=models.UniqueConstraint(
                fields=("tenant", "cadence", "contact", "occurrence"), name="enrolment_once"
            ),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                condition=models.Q(("state__in", ["due", "claimed", "unsure"])), fields=["run_at"], name="message_due"
            ),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(fields=["tenant", "state", "-created_at", "-id"], name="message_by_state"),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(fields=["tenant", "-created_at", "-id"], name="message_newest"),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(fields=["tenant", "contact", "-created_at"], name="message_of_contact"),
        ),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.UniqueConstraint(fields=("tenant", "dedupe_key"), name="message_once"),
        ),
        migrations.AddIndex(
            model_name="suppression",
            index=models.Index(fields=["tenant", "-created_at", "-id"], name="suppression_newest"),
        ),
        migrations.AddConstraint(
            model_name="suppression",
            constraint=models.UniqueConstraint(fields=("tenant", "email"), name="suppression_once"),
        ),
        SecureTenantTables(),
        migrations.RunSQL(NEXT_SEND_AT, "DROP FUNCTION next_send_at"),
        migrations.RunSQL(DISPATCH, migrations.RunSQL.noop),
    ]
