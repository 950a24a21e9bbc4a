-- Monthly sums of the ledger per cohort: of everything, or of the pairs in %(months)s and %(cohorts)s.
SELECT month, cohort, sum(customers) AS customers, sum(delta) AS delta,
    sum(unpriced_after::integer - unpriced_before::integer) AS unpriced,
    count(*) FILTER (WHERE unpriced_before OR unpriced_after) AS unpriced_lines,
    coalesce(sum(customers) FILTER (WHERE in_base), 0) AS base_customers,
    coalesce(sum(-delta) FILTER (WHERE in_base AND kind IN ('churn', 'contraction')), 0) AS base_losses,
    coalesce(sum(delta) FILTER (WHERE in_base AND kind = 'expansion'), 0) AS base_expansion,
    coalesce(sum(nrr_delta) FILTER (WHERE in_base), 0) AS nrr_delta,
    coalesce(sum(grr_delta) FILTER (WHERE in_base), 0) AS grr_delta,
    count(*) FILTER (WHERE nrr_delta IS NULL) AS nrr_unpriced,
    count(*) FILTER (WHERE cohort_initial IS NULL OR cohort_initial > 0) AS cohort_size,
    coalesce(sum(cohort_initial) FILTER (WHERE cohort_initial > 0), 0) AS cohort_initial,
    coalesce(sum(cohort_delta), 0) AS cohort_delta,
    coalesce(sum(cohort_capped_delta), 0) AS cohort_capped_delta,
    count(*) FILTER (WHERE cohort_delta IS NULL) AS cohort_unpriced,
    md5(sum(uuid_hash_extended(inputs_hash, line))::text)::uuid AS inputs_hash
FROM churn_movement
WHERE tenant_id = %(tenant)s AND (%(months)s::date[] IS NULL OR (month, cohort) IN (
    SELECT * FROM unnest(%(months)s::date[], %(cohorts)s::date[])))
GROUP BY month, cohort
