from django.db import migrations

from accounts.tenancy.operations import SecureTenantTables

TENANT_TABLE = """
ALTER TABLE accounts_tenant ENABLE ROW LEVEL SECURITY;
CREATE POLICY anybody_reads ON accounts_tenant FOR SELECT USING (true);
CREATE POLICY sign_up ON accounts_tenant FOR INSERT TO perennial_app WITH CHECK (true);
CREATE POLICY own_settings ON accounts_tenant FOR UPDATE TO perennial_app
    USING (id = (SELECT NULLIF(current_setting('app.tenant_id', true), '')::bigint));
GRANT SELECT (id, slug, timezone) ON accounts_tenant TO perennial_dispatch;
"""

OWN_MEMBERSHIPS = """
CREATE POLICY own_memberships ON accounts_membership FOR SELECT TO perennial_app
    USING (user_id = (SELECT NULLIF(current_setting('app.user_id', true), '')::uuid));
"""

DISPATCH_JOBS = """
CREATE POLICY dispatch ON accounts_job TO perennial_dispatch USING (true) WITH CHECK (true);
GRANT SELECT (id, tenant_id, kind, run_at, state, lease_until, attempts), UPDATE (state, lease_until, attempts)
    ON accounts_job TO perennial_dispatch;
"""

# LIKE is not leakproof, so row-level security would keep the trigram index out of every plan. The function runs
# as a role that sees the two columns of all tenants, and puts the tenant's predicate in itself.
SEARCH = """
CREATE INDEX customer_name_trigrams ON accounts_customer USING gin (tenant_id, name_lc gin_trgm_ops);
CREATE POLICY search ON accounts_customer FOR SELECT TO perennial_search USING (true);
GRANT SELECT (id, tenant_id, name_lc) ON accounts_customer TO perennial_search;
CREATE FUNCTION search_customers(wanted text, most integer) RETURNS TABLE (id uuid)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    tenant bigint := NULLIF(current_setting('app.tenant_id', true), '')::bigint;
    pattern text := '%' || replace(replace(replace(lower(wanted), '\\', '\\\\'), '%', '\\%'), '_', '\\_') || '%';
BEGIN
    RETURN QUERY EXECUTE
        'SELECT c.id FROM accounts_customer c WHERE c.tenant_id = $1 AND c.name_lc LIKE $2 LIMIT $3'
        USING tenant, pattern, most;
END $$;
REVOKE ALL ON FUNCTION search_customers(text, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION search_customers(text, integer) TO perennial_app;
GRANT CREATE ON SCHEMA public TO perennial_search;
ALTER FUNCTION search_customers(text, integer) OWNER TO perennial_search;
REVOKE CREATE ON SCHEMA public FROM perennial_search;
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]

    operations = [
        SecureTenantTables(append_only=["accounts_auditentry", "accounts_domainevent"]),
        migrations.RunSQL(TENANT_TABLE, migrations.RunSQL.noop),
        migrations.RunSQL(OWN_MEMBERSHIPS, migrations.RunSQL.noop),
        migrations.RunSQL(DISPATCH_JOBS, migrations.RunSQL.noop),
        migrations.RunSQL(SEARCH, migrations.RunSQL.noop),
    ]
