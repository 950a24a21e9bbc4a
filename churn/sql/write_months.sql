-- Follows months.sql as `summed`: a month that was over when its sums changed is marked as restated.
, gone AS (
    DELETE FROM churn_month kept
    WHERE kept.tenant_id = %(tenant)s AND (%(months)s::date[] IS NULL OR (kept.month, kept.cohort) IN (
            SELECT * FROM unnest(%(months)s::date[], %(cohorts)s::date[])))
        AND NOT EXISTS (SELECT FROM summed s WHERE s.month = kept.month AND s.cohort = kept.cohort)
)
INSERT INTO churn_month AS kept
SELECT %(tenant)s, summed.*, %(definition_version)s, now(), NULL
FROM summed
LEFT JOIN churn_month old ON old.tenant_id = %(tenant)s AND old.month = summed.month AND old.cohort = summed.cohort
WHERE (old.customers, old.delta, old.unpriced, old.unpriced_lines, old.base_customers, old.base_losses,
        old.base_expansion, old.nrr_delta, old.grr_delta, old.nrr_unpriced, old.cohort_size,
        old.cohort_initial, old.cohort_delta, old.cohort_capped_delta, old.cohort_unpriced, old.inputs_hash,
        old.definition_version)
    IS DISTINCT FROM
    (summed.customers, summed.delta, summed.unpriced, summed.unpriced_lines, summed.base_customers,
        summed.base_losses, summed.base_expansion, summed.nrr_delta, summed.grr_delta, summed.nrr_unpriced,
        summed.cohort_size, summed.cohort_initial, summed.cohort_delta, summed.cohort_capped_delta,
        summed.cohort_unpriced, summed.inputs_hash, %(definition_version)s)
ON CONFLICT (tenant_id, month, cohort) DO UPDATE SET
    customers = excluded.customers, delta = excluded.delta,
    unpriced = excluded.unpriced, unpriced_lines = excluded.unpriced_lines,
    base_customers = excluded.base_customers, base_losses = excluded.base_losses,
    base_expansion = excluded.base_expansion, nrr_delta = excluded.nrr_delta, grr_delta = excluded.grr_delta,
    nrr_unpriced = excluded.nrr_unpriced, cohort_size = excluded.cohort_size,
    cohort_initial = excluded.cohort_initial, cohort_delta = excluded.cohort_delta,
    cohort_capped_delta = excluded.cohort_capped_delta, cohort_unpriced = excluded.cohort_unpriced,
    inputs_hash = excluded.inputs_hash, definition_version = excluded.definition_version, computed_at = now(),
    restated_at = CASE WHEN kept.delta IS DISTINCT FROM excluded.delta
            OR kept.customers IS DISTINCT FROM excluded.customers
        THEN CASE WHEN kept.month + interval '1 month' <= %(today)s::date THEN now() END ELSE kept.restated_at END
