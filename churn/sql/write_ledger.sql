-- Follows ledger.sql: lines that differ are written, lines that no longer follow go. Returns the touched sums.
, written AS (
    INSERT INTO churn_movement AS kept (tenant_id, customer_id, day, line, kind, cause, reason, delta, mrr_before,
        mrr_after, customers, state_before, state_after, unpriced_before, unpriced_after, native, plan_before,
        plan_after, month, in_base, nrr_delta, grr_delta, cohort, cohort_initial, cohort_delta, cohort_capped_delta,
        inputs_hash, definition_version)
    SELECT %(tenant)s, customer_id, day, line, kind, cause, reason, delta, mrr_before,
        mrr_after, customers, state_before, state_after, unpriced_before, unpriced_after, native, plan_before,
        plan_after, month, in_base, nrr_delta, grr_delta, cohort, cohort_initial, cohort_delta, cohort_capped_delta,
        inputs_hash, %(definition_version)s
    FROM line
    ON CONFLICT (tenant_id, customer_id, day, line) DO UPDATE SET
        kind = excluded.kind, cause = excluded.cause, reason = excluded.reason, delta = excluded.delta,
        mrr_before = excluded.mrr_before, mrr_after = excluded.mrr_after, customers = excluded.customers,
        state_before = excluded.state_before, state_after = excluded.state_after,
        unpriced_before = excluded.unpriced_before, unpriced_after = excluded.unpriced_after,
        native = excluded.native, plan_before = excluded.plan_before, plan_after = excluded.plan_after,
        month = excluded.month, in_base = excluded.in_base, nrr_delta = excluded.nrr_delta,
        grr_delta = excluded.grr_delta, cohort = excluded.cohort, cohort_initial = excluded.cohort_initial,
        cohort_delta = excluded.cohort_delta, cohort_capped_delta = excluded.cohort_capped_delta,
        inputs_hash = excluded.inputs_hash, definition_version = excluded.definition_version, computed_at = now()
    WHERE (kept.inputs_hash, kept.definition_version, kept.kind, kept.delta, kept.mrr_before, kept.cohort,
            kept.state_before, kept.state_after, kept.in_base, kept.nrr_delta, kept.grr_delta, kept.cohort_initial,
            kept.cohort_delta, kept.cohort_capped_delta, kept.plan_before, kept.plan_after, kept.unpriced_before,
            kept.unpriced_after, kept.native, kept.cause, kept.reason)
        IS DISTINCT FROM (excluded.inputs_hash, excluded.definition_version, excluded.kind, excluded.delta,
            excluded.mrr_before, excluded.cohort, excluded.state_before, excluded.state_after, excluded.in_base,
            excluded.nrr_delta, excluded.grr_delta, excluded.cohort_initial, excluded.cohort_delta,
            excluded.cohort_capped_delta, excluded.plan_before, excluded.plan_after, excluded.unpriced_before,
            excluded.unpriced_after, excluded.native, excluded.cause, excluded.reason)
    RETURNING old.month AS old_month, old.cohort AS old_cohort, new.month, new.cohort
),
gone AS (
    DELETE FROM churn_movement kept
    WHERE kept.tenant_id = %(tenant)s
        AND (%(customers)s::uuid[] IS NULL OR kept.customer_id = ANY (%(customers)s::uuid[]))
        AND NOT EXISTS (SELECT FROM line WHERE line.customer_id = kept.customer_id AND line.day = kept.day
            AND line.line = kept.line)
    RETURNING month, cohort
)
SELECT month, cohort FROM written
UNION SELECT old_month, old_cohort FROM written WHERE old_month IS NOT NULL
UNION SELECT month, cohort FROM gone
