-- Observations of a measure, as integrations and people feed them. Corrections are later rows; nothing is
-- overwritten, so that any past day can be told from what was on record then. A null value withdraws.
CREATE TABLE health_measure_value (
    tenant_id bigint NOT NULL,
    customer_id uuid NOT NULL,
    measure text COLLATE "C" NOT NULL,
    observed_at timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT now(),
    value numeric(18, 6),
    source text NOT NULL DEFAULT '',
    PRIMARY KEY (tenant_id, customer_id, measure, observed_at, recorded_at),
    FOREIGN KEY (tenant_id, customer_id) REFERENCES accounts_customer (tenant_id, id) ON DELETE CASCADE
);

-- One row per customer and local day, with the inputs it was computed from, in the order of its version: the score
-- and everything said about it can be computed again. The key leads with the day: a day's rows lie together.
CREATE TABLE health_snapshot (
    tenant_id bigint NOT NULL,
    day date NOT NULL,
    customer_id uuid NOT NULL,
    version_id uuid NOT NULL,
    rule smallint NOT NULL,                 -- version of the arithmetic
    score smallint,                         -- as shown; null is unknown
    raw integer,                            -- millionths of a point, before caps and judgement
    coverage integer NOT NULL,              -- hundredths of a per cent
    band text NOT NULL,
    trend integer,                          -- millionths of a point in 28 days, like for like
    composition_changed boolean NOT NULL,
    cap smallint,                           -- which cap of the version lowers the score
    override_id uuid,
    override_score smallint,
    reference_on date,
    reason text NOT NULL,
    x bigint[] NOT NULL,                    -- millionths; 0 where missing
    age integer[] NOT NULL,                 -- days; -1 where missing
    points integer[] NOT NULL,              -- millionths of a point; -1 where missing
    PRIMARY KEY (tenant_id, day, customer_id)
);

-- A closed day is final.
CREATE FUNCTION health_refuse_closed_day() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM was JOIN health_healthday d ON d.tenant_id = was.tenant_id AND d.day = was.day) THEN
        RAISE EXCEPTION 'the snapshots of a closed day cannot change' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER health_snapshot_is_final AFTER UPDATE ON health_snapshot
    REFERENCING OLD TABLE AS was FOR EACH STATEMENT EXECUTE FUNCTION health_refuse_closed_day();

-- A foreign key would be checked for every snapshot of every night.
CREATE FUNCTION health_forget_snapshots() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    DELETE FROM health_snapshot s USING gone WHERE s.tenant_id = gone.tenant_id AND s.customer_id = gone.id;
    RETURN NULL;
END $$;
CREATE TRIGGER health_forget_snapshots AFTER DELETE ON accounts_customer
    REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION health_forget_snapshots();

-- The band each customer has settled in; `side` is the direction in which the last closing left it (-1, 0, 1).
CREATE TABLE health_watch (
    tenant_id bigint NOT NULL,
    customer_id uuid NOT NULL,
    band text NOT NULL,
    side smallint NOT NULL DEFAULT 0,
    PRIMARY KEY (tenant_id, customer_id),
    FOREIGN KEY (tenant_id, customer_id) REFERENCES accounts_customer (tenant_id, id) ON DELETE CASCADE
);
