-- Sums of the movements in [start, end) per bucket and key. Only accounts that moved have lines; the others close
-- as they opened. The opening state of an account is what its first line of the bucket found.
WITH line AS (
    SELECT m.*, {bucket} AS bucket
    FROM churn_movement m
    WHERE m.tenant_id = %(tenant)s AND m.line IN (0, 1) AND m.day >= %(start)s AND m.day < %(end)s {segment}
),
moved AS (
    SELECT bucket, customer_id, min(cohort) AS cohort,
        (array_agg(state_before ORDER BY day, line))[1] AS state_before,
        (array_agg(state_after ORDER BY day, line))[count(*)] AS state_after,
        (array_agg(mrr_before ORDER BY day, line))[1] AS mrr_before,
        (array_agg(mrr_after ORDER BY day, line))[count(*)] AS mrr_after,
        (array_agg(unpriced_before ORDER BY day, line))[1] AS unpriced_before,
        (array_agg(unpriced_after ORDER BY day, line))[count(*)] AS unpriced_after,
        (array_agg(native ORDER BY day, line))[count(*)] AS native,
        (array_agg(plan_before ORDER BY day, line))[1] AS plan_before,
        (array_agg(plan_after ORDER BY day, line))[1] AS plan_after,
        bool_or(unpriced_before OR unpriced_after) AS unpriced,
        coalesce(sum(delta) FILTER (WHERE kind = 'new'), 0) AS new,
        coalesce(sum(delta) FILTER (WHERE kind = 'reactivation'), 0) AS reactivation,
        coalesce(sum(delta) FILTER (WHERE kind = 'expansion'), 0) AS expansion,
        coalesce(sum(delta) FILTER (WHERE kind = 'contraction'), 0) AS contraction,
        coalesce(sum(delta) FILTER (WHERE kind = 'churn'), 0) AS churn,
        coalesce(sum(delta) FILTER (WHERE kind = 'pause'), 0) AS pause,
        coalesce(sum(delta) FILTER (WHERE kind = 'resume'), 0) AS resume,
        coalesce(sum(delta) FILTER (WHERE kind = 'fx'), 0) AS fx,
        count(*) FILTER (WHERE kind = 'new') AS new_lines,
        count(*) FILTER (WHERE kind = 'reactivation') AS reactivation_lines,
        (count(*) FILTER (WHERE kind = 'expansion') > 0)::integer AS expansion_lines,
        (count(*) FILTER (WHERE kind = 'contraction') > 0)::integer AS contraction_lines,
        count(*) FILTER (WHERE kind = 'churn' AND customers < 0) AS churn_lines,
        count(*) FILTER (WHERE kind = 'churn' AND customers = 0) AS lapsed_lines,
        count(*) FILTER (WHERE kind = 'pause' AND customers < 0) AS pause_lines,
        count(*) FILTER (WHERE kind = 'resume') AS resume_lines,
        (count(*) FILTER (WHERE kind = 'fx') > 0)::integer AS fx_lines
    FROM line GROUP BY bucket, customer_id
),
-- What an account of the opening base is worth at the closing, at the rates of the opening.
account AS (
    SELECT moved.*, {key} AS key, state_before IN (1, 3) AS opened, state_after IN (1, 3) AS closed,
        CASE WHEN NOT state_before IN (1, 3) THEN 0
            WHEN native IS NULL THEN mrr_after
            ELSE (
                SELECT CASE WHEN count(*) = count(rate) THEN coalesce(sum(round(held.amount * rate, 12)), 0) END
                FROM (SELECT each.key AS currency, each.value::numeric AS amount FROM jsonb_each_text(native) each
                    WHERE each.value::numeric <> 0) held
                LEFT JOIN LATERAL (
                    SELECT 1::numeric AS rate WHERE held.currency = %(currency)s
                    UNION ALL
                    (SELECT r.rate FROM accounts_fxrate r WHERE r.tenant_id = %(tenant)s
                        AND r.from_currency = held.currency AND r.to_currency = %(currency)s AND r.date < bucket
                        ORDER BY r.date DESC LIMIT 1)
                ) opening ON true
            ) END AS constant
    FROM moved {join}
)
SELECT bucket, key,
    sum(new) AS new, sum(reactivation) AS reactivation, sum(expansion) AS expansion,
    sum(contraction) AS contraction, sum(churn) AS churn, sum(pause) AS pause, sum(resume) AS resume, sum(fx) AS fx,
    sum(new_lines)::integer AS new_customers, sum(reactivation_lines)::integer AS reactivation_customers,
    sum(expansion_lines)::integer AS expansion_customers, sum(contraction_lines)::integer AS contraction_customers,
    sum(churn_lines)::integer AS churn_customers, sum(pause_lines)::integer AS pause_customers,
    sum(resume_lines)::integer AS resume_customers, sum(fx_lines)::integer AS fx_customers,
    sum(lapsed_lines)::integer AS lapsed_pauses,
    count(*) FILTER (WHERE opened AND NOT closed) AS lost,
    count(*) FILTER (WHERE opened AND state_after = 2) AS lost_paused,
    count(*) FILTER (WHERE NOT opened AND closed AND new_lines > 0) AS won,
    count(*) FILTER (WHERE NOT opened AND closed AND new_lines = 0) AS returned,
    coalesce(sum(mrr_after) FILTER (WHERE NOT opened AND closed AND new_lines > 0), 0) AS won_mrr,
    coalesce(sum(mrr_after) FILTER (WHERE NOT opened AND closed AND new_lines = 0), 0) AS returned_mrr,
    coalesce(sum(mrr_before) FILTER (WHERE opened AND NOT closed), 0) AS lost_mrr,
    coalesce(sum(-churn - contraction) FILTER (WHERE opened), 0) AS base_losses,
    coalesce(sum(expansion) FILTER (WHERE opened), 0) AS base_expansion,
    coalesce(sum(-churn - contraction) FILTER (WHERE NOT opened), 0) AS intra_losses,
    count(*) FILTER (WHERE NOT opened AND churn_lines > 0) AS intra_customers,
    coalesce(sum(constant - mrr_before) FILTER (WHERE opened), 0) AS nrr_delta,
    coalesce(sum(least(constant - mrr_before, 0)) FILTER (WHERE opened), 0) AS grr_delta,
    count(*) FILTER (WHERE opened AND constant IS NULL) AS no_constant,
    count(*) FILTER (WHERE unpriced) AS unpriced_accounts,
    sum(unpriced_after::integer - unpriced_before::integer)::integer AS unpriced
FROM account GROUP BY bucket, key
