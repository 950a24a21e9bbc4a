-- Customers whose running sums no longer hold; emptied by a sweep.
CREATE TABLE health_usage_stale (
    tenant_id bigint NOT NULL,
    customer_id uuid NOT NULL,
    PRIMARY KEY (tenant_id, customer_id)
);
CREATE POLICY dispatch ON health_usage_stale FOR SELECT TO perennial_dispatch USING (true);
GRANT SELECT (tenant_id) ON health_usage_stale TO perennial_dispatch;
