-- Raw events, as they were sent. Read by recomputation, export and erasure only; pages read the rollups.
-- The key leads with time, so that new rows go to the end of the index; message ids are de-duplicated in
-- health_message, whatever time a repeated message claims.
CREATE TABLE health_event (
    tenant_id bigint NOT NULL,
    occurred_at timestamptz NOT NULL,       -- the client's time, corrected when its clock is wrong
    message_id text COLLATE "C" NOT NULL,
    kind text NOT NULL,                     -- track, page, screen, identify, group, alias
    event text COLLATE "C" NOT NULL,
    user_ref text COLLATE "C",              -- the user id, or anonymous:<id>
    customer_id uuid,                       -- null until the user's customer is known
    names_customer boolean NOT NULL,        -- the event itself said which customer; otherwise its user did
    properties jsonb NOT NULL,
    client_at timestamptz,                  -- the time as the client gave it
    received_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, occurred_at, message_id)
) PARTITION BY RANGE (occurred_at);
CREATE TABLE health_event_default PARTITION OF health_event DEFAULT;
CREATE INDEX health_event_of_customer ON health_event (tenant_id, customer_id, occurred_at);
CREATE INDEX health_event_of_user ON health_event (tenant_id, user_ref, occurred_at) WHERE NOT names_customer;

-- Every message id that was ever stored (md5 of the id).
CREATE TABLE health_message (
    tenant_id bigint NOT NULL,
    message_key uuid NOT NULL,
    PRIMARY KEY (tenant_id, message_key)
);

-- Which customer a user belonged to when: first and last sighting per day (UTC) and customer.
CREATE TABLE health_membership (
    tenant_id bigint NOT NULL,
    user_ref text COLLATE "C" NOT NULL,
    day date NOT NULL,
    customer_id uuid NOT NULL,
    first_at timestamptz NOT NULL,
    last_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, user_ref, day, customer_id)
);
CREATE INDEX health_membership_of_customer ON health_membership (tenant_id, customer_id);

-- One person under several names: previous_ref counts as user_ref.
CREATE TABLE health_alias (
    tenant_id bigint NOT NULL,
    previous_ref text COLLATE "C" NOT NULL,
    user_ref text COLLATE "C" NOT NULL,
    PRIMARY KEY (tenant_id, previous_ref)
);
CREATE INDEX health_alias_of_user ON health_alias (tenant_id, user_ref);

-- The finest rollup, from which all others can be made again. Days are the tenant's local days.
CREATE TABLE health_user_day (
    tenant_id bigint NOT NULL,
    customer_id uuid NOT NULL,
    day date NOT NULL,
    user_ref text COLLATE "C" NOT NULL,
    event text COLLATE "C" NOT NULL,
    count integer NOT NULL,
    PRIMARY KEY (tenant_id, customer_id, day, user_ref, event)
) WITH (fillfactor = 90);

-- One row per person and customer: who was active when last.
CREATE TABLE health_user (
    tenant_id bigint NOT NULL,
    customer_id uuid NOT NULL,
    user_ref text COLLATE "C" NOT NULL,
    first_seen_on date NOT NULL,
    last_seen_on date NOT NULL,             -- any event
    last_active_on date,                    -- an action
    last_login_on date,
    PRIMARY KEY (tenant_id, customer_id, user_ref)
) WITH (fillfactor = 80);

-- Sums and counts, never averages. event = '' is the row over all events: its users are distinct persons.
CREATE TABLE health_usage_day (
    tenant_id bigint NOT NULL,
    customer_id uuid NOT NULL,
    day date NOT NULL,
    event text COLLATE "C" NOT NULL,
    count bigint NOT NULL,
    users integer NOT NULL,
    PRIMARY KEY (tenant_id, customer_id, day, event)
) WITH (fillfactor = 80);

CREATE TABLE health_usage_week (
    tenant_id bigint NOT NULL,
    customer_id uuid NOT NULL,
    week date NOT NULL,                     -- the Monday of the ISO week
    event text COLLATE "C" NOT NULL,
    count bigint NOT NULL,
    users integer NOT NULL,
    PRIMARY KEY (tenant_id, customer_id, week, event)
) WITH (fillfactor = 80);

-- All events of the tenant by local day: a day or week without any is an outage of telemetry, not a zero.
CREATE TABLE health_telemetry_day (
    tenant_id bigint NOT NULL,
    day date NOT NULL,
    count bigint NOT NULL,
    last_received_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, day)
);

-- The running sums that scoring reads: one row per customer, as of the end of a local day.
CREATE TABLE health_usage_running (
    tenant_id bigint NOT NULL,
    customer_id uuid NOT NULL,
    as_of date NOT NULL,                    -- last day of the windows below
    first_seen_on date,
    last_seen_on date,                      -- any event
    last_active_on date,                    -- an action
    last_login_on date,
    actions_7 bigint NOT NULL DEFAULT 0,
    actions_28 bigint NOT NULL DEFAULT 0,
    logins_28 bigint NOT NULL DEFAULT 0,
    active_days_28 smallint NOT NULL DEFAULT 0,   -- days with an action
    user_days_28 bigint NOT NULL DEFAULT 0,       -- sum over the days of distinct users (any event): mean DAU x 28
    active_users_7 integer NOT NULL DEFAULT 0,    -- distinct users with an action
    active_users_28 integer NOT NULL DEFAULT 0,
    login_users_28 integer NOT NULL DEFAULT 0,
    features_28 smallint NOT NULL DEFAULT 0,      -- distinct features used; event types where no features are defined
    basic_features_28 smallint NOT NULL DEFAULT 0,
    sticky_features_28 smallint NOT NULL DEFAULT 0,
    seats integer,                          -- paid seats in force; null when no subscription gives any
    -- METRICS.md 7, usage trend: actions per paid seat in complete ISO weeks
    last_week date,                         -- the Monday of the newest complete week w
    last_week_actions bigint,
    weeks_observed smallint NOT NULL DEFAULT 0,   -- of the 30 weeks before w
    week_value numeric,                     -- u_w
    baseline_mean numeric,
    baseline_median numeric,
    baseline_mad numeric,                   -- not yet times 1.4826
    trend_pct numeric,                      -- u_w / mean - 1; null below 8 observed weeks
    trend_z numeric,                        -- robust z; null when MAD = 0
    trend_z_before numeric,                 -- the same one week earlier
    trend_slope numeric,                    -- per cent of the mean per week
    computed_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, customer_id),
    FOREIGN KEY (tenant_id, customer_id) REFERENCES accounts_customer (tenant_id, id) ON DELETE CASCADE
) WITH (fillfactor = 70);

-- Months ahead, and months that an import reaches back to; others go to the default partition.
CREATE FUNCTION health_make_event_partitions(from_month date, to_month date) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    month date := date_trunc('month', greatest(from_month, date '2010-01-01'));
    last date := date_trunc('month', least(to_month, (now() + interval '13 months')::date));
    part text;
    made integer := 0;
BEGIN
    WHILE month <= last LOOP
        part := 'health_event_' || to_char(month, 'YYYYMM');
        IF to_regclass(part) IS NULL THEN
            PERFORM pg_advisory_xact_lock(hashtext('health_make_event_partitions'));
            IF to_regclass(part) IS NULL THEN
                EXECUTE format('CREATE TABLE %I (LIKE health_event INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', part);
                EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', part);
                EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', part);
                EXECUTE format('REVOKE ALL ON %I FROM PUBLIC, perennial_app', part);
                EXECUTE format(
                    'ALTER TABLE health_event ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', part,
                    month::timestamp AT TIME ZONE 'UTC', (month + interval '1 month')::timestamp AT TIME ZONE 'UTC');
                made := made + 1;
            END IF;
        END IF;
        month := month + interval '1 month';
    END LOOP;
    RETURN made;
END $$;
REVOKE ALL ON FUNCTION health_make_event_partitions(date, date) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION health_make_event_partitions(date, date) TO perennial_app;
SELECT health_make_event_partitions((now() - interval '1 month')::date, (now() + interval '3 months')::date);

-- A foreign key would be checked for every event. The writer locks each customer of a batch once instead
-- (FOR KEY SHARE), and what hangs on a customer goes with it here.
CREATE FUNCTION health_forget_customers() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    DELETE FROM health_event e USING gone WHERE e.tenant_id = gone.tenant_id AND e.customer_id = gone.id;
    DELETE FROM health_membership m USING gone WHERE m.tenant_id = gone.tenant_id AND m.customer_id = gone.id;
    DELETE FROM health_user_day u USING gone WHERE u.tenant_id = gone.tenant_id AND u.customer_id = gone.id;
    DELETE FROM health_user u USING gone WHERE u.tenant_id = gone.tenant_id AND u.customer_id = gone.id;
    DELETE FROM health_usage_day d USING gone WHERE d.tenant_id = gone.tenant_id AND d.customer_id = gone.id;
    DELETE FROM health_usage_week w USING gone WHERE w.tenant_id = gone.tenant_id AND w.customer_id = gone.id;
    RETURN NULL;
END $$;
CREATE TRIGGER health_forget_customers AFTER DELETE ON accounts_customer
    REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION health_forget_customers();

CREATE FUNCTION health_forget_tenants() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    DELETE FROM health_event WHERE tenant_id IN (SELECT id FROM gone);
    DELETE FROM health_message WHERE tenant_id IN (SELECT id FROM gone);
    DELETE FROM health_membership WHERE tenant_id IN (SELECT id FROM gone);
    DELETE FROM health_alias WHERE tenant_id IN (SELECT id FROM gone);
    DELETE FROM health_telemetry_day WHERE tenant_id IN (SELECT id FROM gone);
    RETURN NULL;
END $$;
CREATE TRIGGER health_forget_tenants AFTER DELETE ON accounts_tenant
    REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION health_forget_tenants();
