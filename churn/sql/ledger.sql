-- The movements of a tenant (or of the customers in %(customers)s) out of subscriptions, their changes and rates.
-- From what was agreed to what moved: fact -> carried -> term -> item -> step -> balance -> account -> line.
WITH rate AS MATERIALIZED (
    SELECT from_currency AS currency, date AS since, rate,
        lag(rate) OVER (PARTITION BY from_currency ORDER BY date) AS earlier
    FROM accounts_fxrate
    WHERE tenant_id = %(tenant)s AND to_currency = %(currency)s AND from_currency <> %(currency)s
),
-- A status that the last change repeats is the present one, not the first.
subscription AS MATERIALIZED (
    SELECT s.id, s.customer_id, s.started_on, s.cancel_reason, s.plan, s.currency, s.unit_amount, s.quantity,
        s.interval, s.interval_count, s.discount_percent, finish.ended_on,
        CASE WHEN s.status IN ('trialing', 'active') THEN s.status
            WHEN s.status = 'cancelled' OR s.status = finish.last_status THEN 'active'
            ELSE s.status END AS status
    FROM accounts_subscription s
    JOIN accounts_customer c ON c.tenant_id = s.tenant_id AND c.id = s.customer_id
    CROSS JOIN LATERAL (
        SELECT last_status, CASE
            WHEN %(at_cancellation)s THEN least(s.ended_on, cancelled_on)
            WHEN s.ended_on IS NULL AND cancelled_on IS NOT NULL
            THEN churn_renewal_from(s.started_on, s.interval, s.interval_count, cancelled_on)
            ELSE s.ended_on END AS ended_on
        FROM (
            SELECT last_status, CASE
                WHEN s.cancelled_at IS NOT NULL THEN (s.cancelled_at AT TIME ZONE %(zone)s)::date
                WHEN s.status = 'cancelled' AND s.ended_on IS NULL AND last_status IS DISTINCT FROM 'cancelled'
                THEN (s.updated_at AT TIME ZONE %(zone)s)::date END AS cancelled_on
            FROM (
                SELECT CASE WHEN s.status NOT IN ('trialing', 'active') THEN (
                    SELECT ch.status FROM accounts_subscriptionchange ch
                    WHERE ch.tenant_id = s.tenant_id AND ch.subscription_id = s.id AND ch.status IS NOT NULL
                    ORDER BY ch.effective_on DESC, ch.created_at DESC, ch.id DESC LIMIT 1) END AS last_status
            ) latest
        ) cancelled
    ) finish
    WHERE s.tenant_id = %(tenant)s AND NOT c.is_test
        AND (%(customers)s::uuid[] IS NULL OR s.customer_id = ANY (%(customers)s::uuid[]))
),
fact AS (
    SELECT id, customer_id, 0::bigint AS seq, started_on AS day, ended_on, cancel_reason, plan, currency, unit_amount,
        quantity, interval, interval_count::integer, discount_percent, status, '' AS reason
    FROM subscription
    UNION ALL
    SELECT s.id, s.customer_id,
        row_number() OVER (PARTITION BY s.id ORDER BY ch.effective_on, ch.created_at, ch.id),
        greatest(ch.effective_on, s.started_on), s.ended_on, s.cancel_reason, ch.plan, ch.currency, ch.unit_amount,
        ch.quantity, ch.interval, ch.interval_count::integer, ch.discount_percent, ch.status, ch.reason
    FROM accounts_subscriptionchange ch
    JOIN subscription s ON s.id = ch.subscription_id
    WHERE ch.tenant_id = %(tenant)s AND (
        %(customers)s::uuid[] IS NULL OR ch.subscription_id = ANY (ARRAY(SELECT id FROM subscription)))
),
-- The last value that is not null: the greatest of (sequence, value).
carried AS (
    SELECT id, customer_id, day, ended_on, cancel_reason, reason, seq, lead(day) OVER history AS next_day,
        (max(CASE WHEN unit_amount IS NOT NULL THEN ARRAY[seq, unit_amount] END) OVER history)[2] AS unit_amount,
        (max(CASE WHEN quantity IS NOT NULL THEN ARRAY[seq, quantity] END) OVER history)[2] AS quantity,
        (max(CASE WHEN discount_percent IS NOT NULL THEN ARRAY[seq, discount_percent] END) OVER history)[2]
            AS discount_percent,
        (max(CASE WHEN interval_count IS NOT NULL THEN ARRAY[seq, interval_count] END) OVER history)[2]
            AS interval_count,
        substr(max(lpad(seq::text, 9, '0') || interval COLLATE "C") OVER history, 10) AS interval,
        substr(max(lpad(seq::text, 9, '0') || status COLLATE "C") OVER history, 10) AS status,
        substr(max(lpad(seq::text, 9, '0') || currency COLLATE "C") OVER history, 10) AS currency,
        substr(max(lpad(seq::text, 9, '0') || plan COLLATE "C") OVER history, 10) AS plan
    FROM fact
    WINDOW history AS (PARTITION BY id ORDER BY seq)
),
term AS (
    SELECT *, CASE
            WHEN %(ignore_finite_discounts)s
            THEN min(discount_percent) OVER (history ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING)
            ELSE discount_percent END AS discount,
        max(CASE WHEN turned THEN day END) OVER history AS status_since
    FROM (
        SELECT *, status IS DISTINCT FROM lag(status) OVER (PARTITION BY id ORDER BY seq) AS turned
        FROM carried
        WHERE (next_day IS NULL OR next_day > day) AND (ended_on IS NULL OR day < ended_on)
    ) daily
    WINDOW history AS (PARTITION BY id ORDER BY seq)
),
-- Dunning and pauses lapse after their days: a term may fall into a part that counts and one that no longer does.
item AS (
    SELECT t.id, t.customer_id, part.day, t.currency, t.plan, t.quantity, t.unit_amount, t.discount, t.interval,
        t.interval_count, t.status, part.lapsed, t.reason,
        t.status = 'paused' AND NOT part.lapsed AND %(pause)s = 'separate' AS paused,
        CASE WHEN part.lapsed OR t.status IN ('trialing', 'cancelled')
            OR (t.status = 'paused' AND %(pause)s <> 'keeps_mrr') THEN 0
        ELSE round(t.unit_amount * t.quantity * (1 - t.discount / 100) * CASE t.interval
            WHEN 'month' THEN 1 WHEN 'year' THEN 1 WHEN 'quarter' THEN 1 WHEN 'half_year' THEN 1
            WHEN 'week' THEN 52 WHEN 'day' THEN 365 END
            / (greatest(t.interval_count, 1) * CASE t.interval
            WHEN 'month' THEN 1 WHEN 'year' THEN 12 WHEN 'quarter' THEN 3 WHEN 'half_year' THEN 6 ELSE 12 END), 12)
        END AS native
    FROM (
        SELECT *, least(next_day, ended_on) AS until, CASE
            WHEN status = 'past_due' THEN status_since + %(past_due_days)s::integer
            WHEN status = 'paused' AND %(pause)s = 'separate' THEN status_since + %(pause_max_days)s::integer
            END AS lapses_on
        FROM term
    ) t
    CROSS JOIN LATERAL (
        SELECT t.day, coalesce(t.lapses_on <= t.day, false) AS lapsed
        UNION ALL
        SELECT t.lapses_on, true WHERE t.lapses_on > t.day AND (t.until IS NULL OR t.lapses_on < t.until)
    ) part
    UNION ALL
    SELECT id, customer_id, ended_on, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'ended', false, cancel_reason, false, 0
    FROM subscription WHERE ended_on > started_on
),
step AS MATERIALIZED (
    SELECT id, customer_id, day, coalesce(currency, currency_before) AS currency, currency_before, plan, native,
        lead(day) OVER history AS next_day, coalesce(native_before, 0) AS native_before, paused,
        coalesce(paused_before, false) AS paused_before, status, reason,
        native = 0 AND NOT lapsed AND status IN ('active', 'past_due') AS free,
        coalesce(native_before = 0 AND NOT lapsed_before AND status_before IN ('active', 'past_due'), false)
            AS free_before,
        CASE WHEN status_before IS NULL THEN 'started'
            WHEN lapsed AND NOT lapsed_before THEN CASE status WHEN 'past_due' THEN 'past_due' ELSE 'pause_limit' END
            WHEN status IN ('ended', 'cancelled') THEN 'ended'
            WHEN status = 'paused' AND status_before <> 'paused' THEN 'pause'
            WHEN status_before = 'paused' AND status <> 'paused' THEN 'resume'
            WHEN status_before = 'trialing' AND status <> 'trialing' THEN 'trial_converted'
            WHEN status_before = 'past_due' AND status = 'active' AND lapsed_before THEN 'recovered'
            WHEN reason = 'contractual' THEN 'contractual'
            WHEN currency <> currency_before THEN 'currency'
            WHEN plan <> plan_before THEN 'plan'
            WHEN quantity <> quantity_before THEN 'seats'
            WHEN discount <> discount_before THEN 'discount'
            ELSE 'price' END AS cause,
        hashtextextended(concat_ws('|', id, day, currency, plan, native, status, paused, lapsed, reason), 0)
            AS fingerprint
    FROM (
        SELECT *, lag(native) OVER history AS native_before, lag(currency) OVER history AS currency_before,
            lag(plan) OVER history AS plan_before, lag(quantity) OVER history AS quantity_before,
            lag(discount) OVER history AS discount_before, lag(status) OVER history AS status_before,
            lag(lapsed) OVER history AS lapsed_before, lag(paused) OVER history AS paused_before
        FROM item
        WINDOW history AS (PARTITION BY id ORDER BY day)
    ) each_day
    WINDOW history AS (PARTITION BY id ORDER BY day)
),
first_paid AS MATERIALIZED (
    SELECT customer_id, min(day) FILTER (WHERE native > 0) AS first_paid_on,
        min(id::text) <> max(id::text) AS has_many_subscriptions, min(currency) <> max(currency) AS has_many_currencies
    FROM step GROUP BY customer_id HAVING bool_or(native > 0)
),
balance AS (
    SELECT customer_id, currency, day, change, sum(change) OVER history AS after, lead(day) OVER history AS next_day
    FROM (
        SELECT customer_id, currency, day, sum(change) AS change
        FROM (
            SELECT customer_id, currency, day,
                native - CASE WHEN currency_before IS NULL OR currency_before = currency THEN native_before ELSE 0 END
                AS change
            FROM step
            UNION ALL
            SELECT customer_id, currency_before, day, -native_before FROM step WHERE currency_before <> currency
        ) shift
        GROUP BY customer_id, currency, day
        HAVING sum(change) <> 0
    ) netted
    WINDOW history AS (PARTITION BY customer_id, currency ORDER BY day)
),
-- Rates just before the day, on it, at the opening of its month, and on the customer's first paid day.
valued AS MATERIALIZED (
    SELECT b.customer_id, b.currency, b.day, b.change, b.after - b.change AS before, b.after,
        1::numeric AS rate_before, 1::numeric AS rate_after, 1::numeric AS rate_month, 1::numeric AS rate_cohort
    FROM balance b WHERE b.currency = %(currency)s
    UNION ALL
    SELECT b.customer_id, b.currency, b.day, b.change, b.after - b.change, b.after,
        eve.rate, today.rate, opening.rate, cohort.rate
    FROM balance b JOIN first_paid f ON f.customer_id = b.customer_id
    LEFT JOIN LATERAL (SELECT rate FROM accounts_fxrate r WHERE r.tenant_id = %(tenant)s
        AND r.from_currency = b.currency AND r.to_currency = %(currency)s AND r.date < b.day
        ORDER BY r.date DESC LIMIT 1) eve ON true
    LEFT JOIN LATERAL (SELECT rate FROM accounts_fxrate r WHERE r.tenant_id = %(tenant)s
        AND r.from_currency = b.currency AND r.to_currency = %(currency)s AND r.date <= b.day
        ORDER BY r.date DESC LIMIT 1) today ON true
    LEFT JOIN LATERAL (SELECT rate FROM accounts_fxrate r WHERE r.tenant_id = %(tenant)s
        AND r.from_currency = b.currency AND r.to_currency = %(currency)s
        AND r.date < date_trunc('month', b.day::timestamp)::date ORDER BY r.date DESC LIMIT 1) opening ON true
    LEFT JOIN LATERAL (SELECT rate FROM accounts_fxrate r WHERE r.tenant_id = %(tenant)s
        AND r.from_currency = b.currency AND r.to_currency = %(currency)s AND r.date <= f.first_paid_on
        ORDER BY r.date DESC LIMIT 1) cohort ON true
    WHERE b.currency <> %(currency)s
    UNION ALL
    SELECT b.customer_id, b.currency, rate.since, 0, b.after, b.after, rate.earlier, rate.rate, NULL, NULL
    FROM balance b
    JOIN rate ON rate.currency = b.currency AND rate.since > b.day
        AND (b.next_day IS NULL OR rate.since < b.next_day)
    WHERE b.currency <> %(currency)s AND b.after > 0 AND rate.rate IS DISTINCT FROM rate.earlier
),
account_money AS (
    SELECT customer_id, day,
        sum(round(before * coalesce(rate_after, 0), 12) - round(before * coalesce(rate_before, 0), 12)) AS fx,
        sum(round(after * coalesce(rate_after, 0), 12) - round(before * coalesce(rate_after, 0), 12)) AS moved,
        sum(round(after * rate_month, 12) - round(before * rate_month, 12)) FILTER (WHERE change <> 0) AS at_opening,
        bool_or(change <> 0 AND rate_month IS NULL) AS no_opening_rate,
        sum(round(after * rate_cohort, 12) - round(before * rate_cohort, 12)) FILTER (WHERE change <> 0) AS at_cohort,
        bool_or(change <> 0 AND rate_cohort IS NULL) AS no_cohort_rate,
        sum((after > 0 AND rate_after IS NULL)::integer - (before > 0 AND rate_before IS NULL)::integer) AS unpriced,
        sum(change) AS native_change,
        jsonb_object_agg(currency, trim_scale(after)) AS native, bool_or(currency <> %(currency)s) AS is_foreign,
        string_agg(concat_ws('>', currency, rate_before, rate_after), ';' ORDER BY currency) AS rates
    FROM valued GROUP BY customer_id, day
),
account_step AS (
    SELECT customer_id, day,
        sum((native > 0)::integer - (native_before > 0)::integer) AS paying,
        sum(paused::integer - paused_before::integer) AS paused, sum(free::integer - free_before::integer) AS free,
        sum(fingerprint::numeric) AS fingerprint,
        (array_agg(cause ORDER BY abs(native - native_before) DESC, id))[1] AS cause,
        (array_agg(reason ORDER BY abs(native - native_before) DESC, id))[1] AS reason
    FROM step GROUP BY customer_id, day
),
-- The plan of the dearest item; an account with one subscription needs no search.
account_plan AS (
    SELECT s.customer_id, s.day, coalesce(s.plan, '') AS plan
    FROM step s JOIN first_paid f ON f.customer_id = s.customer_id AND NOT f.has_many_subscriptions
    WHERE s.native > 0
    UNION ALL
    SELECT a.customer_id, a.day, (array_agg(s.plan ORDER BY s.native DESC, s.plan))[1]
    FROM (SELECT DISTINCT s.customer_id, s.day FROM step s
        JOIN first_paid f ON f.customer_id = s.customer_id AND f.has_many_subscriptions) a
    JOIN step s ON s.customer_id = a.customer_id AND s.day <= a.day AND (s.next_day IS NULL OR s.next_day > a.day)
    WHERE s.native > 0
    GROUP BY a.customer_id, a.day
),
account_native AS (
    SELECT customer_id, day,
        coalesce(jsonb_object_agg(currency, trim_scale(after)) FILTER (WHERE after <> 0), '{}') AS native
    FROM (
        SELECT DISTINCT ON (a.customer_id, a.day, v.currency) a.customer_id, a.day, v.currency, v.after
        FROM (SELECT DISTINCT v.customer_id, v.day FROM valued v
            JOIN first_paid f ON f.customer_id = v.customer_id AND f.has_many_currencies) a
        JOIN valued v ON v.customer_id = a.customer_id AND v.day <= a.day
        ORDER BY a.customer_id, a.day, v.currency, v.day DESC
    ) latest GROUP BY customer_id, day
),
account_day AS (
    SELECT customer_id, day, coalesce(m.fx, 0) AS fx, coalesce(m.moved, 0) AS moved,
        CASE WHEN m.no_opening_rate THEN NULL ELSE coalesce(m.at_opening, 0) END AS at_opening,
        CASE WHEN m.no_cohort_rate THEN NULL ELSE coalesce(m.at_cohort, 0) END AS at_cohort,
        coalesce(m.native_change, 0) AS native_change, coalesce(s.cause, '') AS cause,
        coalesce(s.reason, '') AS reason, date_trunc('month', day::timestamp)::date AS month,
        substr(max(to_char(day, 'YYYYMMDD') || CASE WHEN f.has_many_currencies THEN n.native
            WHEN m.is_foreign THEN m.native END::text COLLATE "C") OVER history, 9)::jsonb AS native,
        sum(coalesce(m.fx, 0) + coalesce(m.moved, 0)) OVER history AS mrr_after,
        sum(coalesce(m.unpriced, 0)) OVER history > 0 AS unpriced_after,
        sum(coalesce(s.paying, 0)) OVER history > 0 AS paying,
        sum(coalesce(s.paused, 0)) OVER history > 0 AS paused, sum(coalesce(s.free, 0)) OVER history > 0 AS free,
        coalesce(substr(max(to_char(day, 'YYYYMMDD') || p.plan COLLATE "C") OVER history, 9), '') AS plan_after,
        date_trunc('month', f.first_paid_on::timestamp)::date AS cohort, f.first_paid_on,
        md5(concat_ws('|', sum(s.fingerprint) OVER history, m.rates, %(inputs_hash)s))::uuid AS inputs_hash
    FROM account_money m
    FULL JOIN account_step s USING (customer_id, day)
    JOIN first_paid f USING (customer_id)
    LEFT JOIN account_plan p USING (customer_id, day)
    LEFT JOIN account_native n USING (customer_id, day)
    WINDOW history AS (PARTITION BY customer_id ORDER BY day)
),
stated AS (
    SELECT *, CASE WHEN paying THEN 1 WHEN paused AND day > first_paid_on THEN 2
        WHEN free AND %(free_stays)s AND day > first_paid_on THEN 3 ELSE 0 END AS state_after
    FROM account_day
),
changed AS (
    SELECT *, mrr_after - fx - moved AS mrr_before, coalesce(lag(state_after) OVER history, 0) AS state_before,
        coalesce(lag(unpriced_after) OVER history, false) AS unpriced_before,
        coalesce(lag(plan_after) OVER history, '') AS plan_before, lag(native) OVER history AS native_before
    FROM stated WINDOW history AS (PARTITION BY customer_id ORDER BY day)
),
monthly AS (
    SELECT *, first_value(state_before) OVER month_so_far IN (1, 3) AS in_base,
        sum(at_opening) OVER month_so_far AS opening_run, bool_or(at_opening IS NULL) OVER month_so_far AS lost_rate,
        sum(at_cohort) OVER history AS cohort_run, bool_or(at_cohort IS NULL) OVER history AS lost_cohort_rate,
        max(CASE WHEN day = first_paid_on THEN at_cohort END) OVER (PARTITION BY customer_id) AS initial,
        max(CASE WHEN state_before IN (1, 3) AND state_after NOT IN (1, 3) THEN day END) OVER history AS left_on
    FROM changed
    WINDOW history AS (PARTITION BY customer_id ORDER BY day),
        month_so_far AS (PARTITION BY customer_id, month ORDER BY day)
),
kinded AS (
    SELECT *, (state_after IN (1, 3))::integer - (state_before IN (1, 3))::integer AS customers, CASE
        WHEN state_before IN (1, 3) AND state_after IN (1, 3) THEN CASE
            WHEN moved > 0 OR (moved = 0 AND (unpriced_before OR unpriced_after) AND native_change > 0)
            THEN 'expansion'
            WHEN moved < 0 OR (moved = 0 AND (unpriced_before OR unpriced_after) AND native_change < 0)
            THEN 'contraction'
            WHEN plan_after <> plan_before OR native IS DISTINCT FROM native_before THEN 'plan' END
        WHEN state_before IN (1, 3) THEN CASE state_after WHEN 2 THEN 'pause' ELSE 'churn' END
        WHEN state_before = 2 AND state_after IN (1, 3) THEN 'resume'
        WHEN state_before = 2 AND state_after = 0 THEN 'churn'
        WHEN state_before = 0 AND state_after = 2 THEN 'pause'
        WHEN state_before = 0 AND state_after IN (1, 3) THEN CASE
            WHEN left_on IS NOT NULL
                AND (%(reactivation_window)s::integer IS NULL OR day - left_on <= %(reactivation_window)s::integer)
            THEN 'reactivation' ELSE 'new' END
        END AS kind
    FROM monthly
),
line AS (
    SELECT customer_id, day, entry.*, native, month, in_base, cohort, inputs_hash
    FROM kinded
    CROSS JOIN LATERAL (
        SELECT 0 AS line, 'fx' AS kind, 'rate' AS cause, '' AS reason, fx AS delta, mrr_before AS mrr_before,
            mrr_before + fx AS mrr_after, 0 AS customers, state_before, state_before AS state_after,
            unpriced_before, unpriced_after, plan_before, plan_before AS plan_after,
            0::numeric AS nrr_delta, 0::numeric AS grr_delta, 0::numeric AS cohort_initial,
            0::numeric AS cohort_delta, 0::numeric AS cohort_capped_delta
        WHERE fx <> 0
        UNION ALL
        SELECT 1, kind, CASE
                WHEN kind = 'churn' THEN CASE
                    WHEN cause = 'past_due' THEN 'involuntary'
                    WHEN cause IN ('pause', 'pause_limit') THEN cause
                    WHEN cause IN ('plan', 'price', 'seats', 'discount') THEN 'free' ELSE 'voluntary' END
                WHEN kind = 'expansion' AND cause IN ('started', 'trial_converted') THEN 'add_on'
                WHEN kind = 'contraction' AND cause = 'ended' THEN 'add_on'
                ELSE cause END,
            reason, moved, mrr_before + fx, mrr_after, customers, state_before, state_after,
            CASE WHEN fx = 0 THEN unpriced_before ELSE unpriced_after END, unpriced_after, plan_before, plan_after,
            CASE WHEN NOT in_base THEN 0 WHEN lost_rate THEN NULL ELSE at_opening END,
            CASE WHEN NOT in_base THEN 0 WHEN lost_rate THEN NULL
                ELSE least(opening_run, 0) - least(opening_run - at_opening, 0) END,
            CASE WHEN day = first_paid_on THEN initial ELSE 0 END,
            CASE WHEN NOT lost_cohort_rate THEN at_cohort END,
            CASE WHEN NOT lost_cohort_rate
                THEN least(cohort_run, initial) - least(cohort_run - at_cohort, initial) END
        WHERE kind IS NOT NULL
    ) entry
)
