-- What lists show of a customer's money today; only rows that differ are written.
WITH wanted AS (
    SELECT standing.customer_id FROM accounts_customerstanding standing
    WHERE standing.tenant_id = %(tenant)s
        AND (%(customers)s::uuid[] IS NULL OR standing.customer_id = ANY (%(customers)s::uuid[]))
),
latest AS (
    SELECT DISTINCT ON (m.customer_id) m.customer_id, m.mrr_after, m.state_after, m.plan_after
    FROM churn_movement m
    WHERE m.tenant_id = %(tenant)s AND m.day <= %(today)s
        AND (%(customers)s::uuid[] IS NULL OR m.customer_id = ANY (%(customers)s::uuid[]))
    ORDER BY m.customer_id, m.day DESC, m.line DESC
),
spell AS (
    SELECT m.customer_id, min(m.day) FILTER (WHERE m.state_after IN (1, 3)) AS first_paid_on,
        max(m.day) FILTER (WHERE m.state_after = 0) AS churned_on
    FROM churn_movement m
    WHERE m.tenant_id = %(tenant)s AND m.line = 1 AND m.day <= %(today)s
        AND (%(customers)s::uuid[] IS NULL OR m.customer_id = ANY (%(customers)s::uuid[]))
    GROUP BY m.customer_id
),
renewal AS (
    SELECT s.customer_id, min(least(s.ended_on, churn_renewal_from(s.started_on, coalesce(term.interval, s.interval),
        coalesce(term.interval_count, s.interval_count), %(today)s))) AS renewal_on
    FROM accounts_subscription s
    LEFT JOIN LATERAL (
        SELECT ch.interval, ch.interval_count FROM accounts_subscriptionchange ch
        WHERE ch.tenant_id = s.tenant_id AND ch.subscription_id = s.id AND ch.interval IS NOT NULL
            AND ch.effective_on <= %(today)s
        ORDER BY ch.effective_on DESC, ch.created_at DESC, ch.id DESC LIMIT 1
    ) term ON true
    WHERE s.tenant_id = %(tenant)s AND s.started_on <= %(today)s AND (s.ended_on IS NULL OR s.ended_on > %(today)s)
        AND s.status <> 'cancelled'
        -- Shorter terms roll on by themselves: nobody prepares the renewal of a month.
        AND (s.ended_on IS NOT NULL OR coalesce(term.interval, s.interval) IN ('quarter', 'half_year', 'year')
            OR (coalesce(term.interval, s.interval) = 'month' AND coalesce(term.interval_count, s.interval_count) >= 3))
        AND (%(customers)s::uuid[] IS NULL OR s.customer_id = ANY (%(customers)s::uuid[]))
    GROUP BY s.customer_id
),
fresh AS (
    SELECT w.customer_id, least(coalesce(round(round(l.mrr_after, 8), 2) * 100, 0), 9e18)::bigint AS mrr_cents,
        CASE WHEN l.state_after <> 0 THEN l.plan_after ELSE '' END AS plan, s.first_paid_on,
        CASE WHEN l.state_after <> 0 THEN r.renewal_on END AS renewal_on,
        CASE WHEN l.state_after = 0 THEN s.churned_on END AS churned_on
    FROM wanted w
    LEFT JOIN latest l USING (customer_id)
    LEFT JOIN spell s USING (customer_id)
    LEFT JOIN renewal r USING (customer_id)
)
UPDATE accounts_customerstanding standing
SET mrr_cents = fresh.mrr_cents, plan = coalesce(fresh.plan, ''), first_paid_on = fresh.first_paid_on,
    renewal_on = fresh.renewal_on, churned_on = fresh.churned_on
FROM fresh
WHERE standing.tenant_id = %(tenant)s AND standing.customer_id = fresh.customer_id
    AND (standing.mrr_cents, standing.plan, standing.first_paid_on, standing.renewal_on, standing.churned_on)
        IS DISTINCT FROM (fresh.mrr_cents, coalesce(fresh.plan, ''), fresh.first_paid_on, fresh.renewal_on,
            fresh.churned_on)
