-- Per cohort and month: change of paying customers, and of MRR at the rates of each customer's first paid day.
SELECT cohort, month, sum(customers)::integer AS customers, sum(cohort_size)::integer AS size,
    sum(cohort_initial) AS initial, sum(cohort_delta) AS delta, sum(cohort_capped_delta) AS capped,
    sum(cohort_unpriced)::integer AS unpriced
FROM {source}
GROUP BY cohort, month ORDER BY cohort, month
