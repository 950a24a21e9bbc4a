import django.db.models.deletion
from django.db import migrations, models

import accounts.tenancy.fields
import accounts.tenancy.scope
from accounts.tenancy.operations import SecureTenantTables

# The renewal dates of a term are counted from its start, so that 31 January renews on 28 February and 31 March.
RENEWAL = """
CREATE FUNCTION churn_renewal_from(started date, term text, every integer, earliest date) RETURNS date
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE
        WHEN unit.days IS NOT NULL
        THEN started + unit.days * greatest(1, ceil((earliest - started)::numeric / unit.days)::integer)
        WHEN (started + make_interval(months => unit.months * unit.terms))::date >= earliest
        THEN (started + make_interval(months => unit.months * unit.terms))::date
        ELSE (started + make_interval(months => unit.months * (unit.terms + 1)))::date
    END
    FROM (
        SELECT size.days, size.months, greatest(1, (
            (extract(year FROM earliest) - extract(year FROM started)) * 12
            + extract(month FROM earliest) - extract(month FROM started))::integer / size.months) AS terms
        FROM (
            SELECT
                greatest(every, 1) * CASE term WHEN 'day' THEN 1 WHEN 'week' THEN 7 END AS days,
                greatest(every, 1) * CASE term WHEN 'month' THEN 1 WHEN 'quarter' THEN 3
                    WHEN 'half_year' THEN 6 WHEN 'year' THEN 12 END AS months
        ) size
    ) unit
$$;
"""

MOVEMENTS = """
CREATE TABLE churn_movement (
    tenant_id bigint NOT NULL,
    customer_id uuid NOT NULL,
    day date NOT NULL,
    line smallint NOT NULL,
    kind text NOT NULL,
    cause text NOT NULL,
    reason text NOT NULL,
    delta numeric NOT NULL,
    mrr_before numeric NOT NULL,
    mrr_after numeric NOT NULL,
    customers smallint NOT NULL,
    state_before smallint NOT NULL,
    state_after smallint NOT NULL,
    unpriced_before boolean NOT NULL,
    unpriced_after boolean NOT NULL,
    native jsonb,
    plan_before text NOT NULL,
    plan_after text NOT NULL,
    month date NOT NULL,
    in_base boolean NOT NULL,
    nrr_delta numeric,
    grr_delta numeric,
    cohort date NOT NULL,
    cohort_initial numeric,
    cohort_delta numeric,
    cohort_capped_delta numeric,
    inputs_hash uuid NOT NULL,
    definition_version text NOT NULL,
    computed_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, customer_id, day, line),
    FOREIGN KEY (tenant_id) REFERENCES accounts_tenant (id) ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, customer_id) REFERENCES accounts_customer (tenant_id, id) ON DELETE CASCADE,
    CONSTRAINT churn_movement_balance CHECK (mrr_after = mrr_before + delta),
    CONSTRAINT churn_movement_line CHECK ((kind = 'fx') = (line = 0)),
    CONSTRAINT churn_movement_kind CHECK (kind IN ('new', 'reactivation', 'expansion', 'contraction', 'churn',
        'pause', 'resume', 'fx', 'plan'))
);
CREATE INDEX churn_movement_by_month ON churn_movement (tenant_id, month, cohort);
CREATE INDEX churn_movement_by_day ON churn_movement (tenant_id, line, day, customer_id);
COMMENT ON COLUMN churn_movement.state_after IS '0 not paying, 1 paying, 2 paused, 3 customer without MRR';
COMMENT ON COLUMN churn_movement.in_base IS 'was a customer when the month opened';
COMMENT ON COLUMN churn_movement.nrr_delta IS 'delta at the rate of the month''s opening; null without such a rate';
COMMENT ON COLUMN churn_movement.native IS 'balance after per currency, for accounts that pay in foreign currency';
"""

MONTHS = """
CREATE TABLE churn_month (
    tenant_id bigint NOT NULL,
    month date NOT NULL,
    cohort date NOT NULL,
    customers integer NOT NULL,
    delta numeric NOT NULL,
    new_mrr numeric NOT NULL,
    reactivation_mrr numeric NOT NULL,
    expansion_mrr numeric NOT NULL,
    contraction_mrr numeric NOT NULL,
    churn_mrr numeric NOT NULL,
    pause_mrr numeric NOT NULL,
    resume_mrr numeric NOT NULL,
    fx_mrr numeric NOT NULL,
    new_customers integer NOT NULL,
    reactivation_customers integer NOT NULL,
    churn_customers integer NOT NULL,
    pause_customers integer NOT NULL,
    resume_customers integer NOT NULL,
    unpriced integer NOT NULL,
    unpriced_lines integer NOT NULL,
    base_customers integer NOT NULL,
    base_losses numeric NOT NULL,
    base_expansion numeric NOT NULL,
    nrr_delta numeric NOT NULL,
    grr_delta numeric NOT NULL,
    nrr_unpriced integer NOT NULL,
    cohort_size integer NOT NULL,
    cohort_initial numeric NOT NULL,
    cohort_delta numeric NOT NULL,
    cohort_capped_delta numeric NOT NULL,
    cohort_unpriced integer NOT NULL,
    inputs_hash uuid NOT NULL,
    definition_version text NOT NULL,
    computed_at timestamptz NOT NULL DEFAULT now(),
    restated_at timestamptz,
    PRIMARY KEY (tenant_id, month, cohort),
    FOREIGN KEY (tenant_id) REFERENCES accounts_tenant (id) ON DELETE CASCADE
);
"""


class Migration(migrations.Migration):
    initial = True

    dependencies = [("accounts", "0002_walls")]

    operations = [
        migrations.CreateModel(
            name="RevenueLedger",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        db_default=accounts.tenancy.fields.UUIDv7(), editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("definition_version", models.CharField(max_length=20)),
                ("inputs_hash", models.CharField(max_length=32)),
                ("excluded_test_customers", models.IntegerField(default=0)),
                ("computed_at", models.DateTimeField()),
                ("rebuilt_at", models.DateTimeField()),
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
                "constraints": [models.UniqueConstraint(fields=("tenant",), name="revenue_ledger_once")],
            },
        ),
        migrations.RunSQL(RENEWAL, "DROP FUNCTION churn_renewal_from(date, text, integer, date)"),
        migrations.RunSQL(MOVEMENTS, "DROP TABLE churn_movement"),
        migrations.RunSQL(MONTHS, "DROP TABLE churn_month"),
        SecureTenantTables(extra=["churn_movement", "churn_month"]),
    ]
