"""What the serving role tries in one tenant's scope never reads or changes another's rows."""

from __future__ import annotations

from io import StringIO
from typing import Any

import pytest
from django.db import DataError, IntegrityError, ProgrammingError, connection, connections, transaction
from psycopg2.errors import FeatureNotSupported

from accounts.models import Contact, Customer, Membership, Tenant
from accounts.tenancy.scope import tenant_scope, user_scope
from tests.factories.accounts import make_contact, make_customer, make_membership, make_user

READS = [
    "SELECT id FROM accounts_customer",
    "SELECT id FROM accounts_customer WHERE tenant_id <> (SELECT current_setting('app.tenant_id')::bigint)",
    "SELECT id FROM accounts_customer WHERE name = 'Secret'",
    "SELECT c.id FROM accounts_customer c LEFT JOIN accounts_contact x ON x.customer_id = c.id",
    "SELECT customer_id FROM accounts_contact",
    "SELECT max(id::text) FROM accounts_customer HAVING count(*) > 0",
    "WITH all_of_them AS (SELECT * FROM accounts_customer) SELECT id FROM all_of_them",
    "SELECT x.id FROM accounts_tenant t, LATERAL (SELECT id FROM accounts_customer WHERE tenant_id = t.id) x",
    "SELECT id FROM search_customers('secret', 10)",
    "SELECT id FROM accounts_customer TABLESAMPLE SYSTEM (100)",
    "SELECT id FROM accounts_customer FOR UPDATE",
]
WRITES = [
    "UPDATE accounts_customer SET name = 'Mine'",
    "DELETE FROM accounts_contact",
    "DELETE FROM accounts_customer",
    "WITH gone AS (DELETE FROM accounts_contact RETURNING id) SELECT * FROM gone",
]


@pytest.fixture
def secret(globex: Tenant) -> Customer:
    """A customer, with a contact, of the other tenant."""
    with tenant_scope(globex):
        customer = make_customer(name="Secret")
        make_contact(customer)
        return customer


def execute(sql: str, *params: Any) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params or None)
        return list(cursor.fetchall()) if cursor.description else []


def names_in(tenant: Tenant) -> list[str]:
    with tenant_scope(tenant):
        return list(Customer.objects.values_list("name", flat=True))


@pytest.mark.parametrize("sql", READS)
def test_no_statement_reads_the_others_rows(acme: Tenant, secret: Customer, sql: str) -> None:
    with tenant_scope(acme):
        assert execute(sql) == []


@pytest.mark.parametrize("sql", [sql for sql in READS if "<>" not in sql])
def test_the_same_statements_read_ones_own(globex: Tenant, secret: Customer, sql: str) -> None:
    with tenant_scope(globex):
        assert len(execute(sql)) == 1


@pytest.mark.parametrize("sql", WRITES)
def test_no_statement_changes_the_others_rows(acme: Tenant, globex: Tenant, secret: Customer, sql: str) -> None:
    with tenant_scope(acme):
        execute(sql)
    assert names_in(globex) == ["Secret"]
    with tenant_scope(globex):
        assert Contact.objects.count() == 1


def test_orm_does_not_find_the_others_row_by_its_id(acme: Tenant, secret: Customer) -> None:
    with tenant_scope(acme):
        assert not Customer.objects.filter(pk=secret.pk).exists()
        with pytest.raises(Customer.DoesNotExist):
            secret.refresh_from_db()


def test_saving_the_others_object_changes_nothing(acme: Tenant, globex: Tenant, secret: Customer) -> None:
    secret.name = "Mine"
    with tenant_scope(acme), pytest.raises((ProgrammingError, IntegrityError)), transaction.atomic():
        secret.save()
    assert names_in(globex) == ["Secret"]


def test_upsert_on_the_others_id_is_refused(acme: Tenant, globex: Tenant, secret: Customer) -> None:
    upsert = (
        "INSERT INTO accounts_customer (id, tenant_id, name, domain, stage, tier, industry, acquisition_channel,"
        " currency, timezone, language, is_test, attributes, created_at, updated_at)"
        " VALUES (%s, %s, 'Mine', '', 'trial', '', '', '', '', '', '', false, '{}', now(), now())"
        " ON CONFLICT (id) DO UPDATE SET name = 'Mine'"
    )
    with tenant_scope(acme), pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
        execute(upsert, str(secret.pk), acme.pk)
    assert names_in(globex) == ["Secret"]


def test_own_row_cannot_be_moved_to_the_other(acme: Tenant, globex: Tenant) -> None:
    with tenant_scope(acme):
        make_customer()
        with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
            execute("UPDATE accounts_customer SET tenant_id = %s", globex.pk)


def test_bulk_insert_for_the_other_is_refused(acme: Tenant, globex: Tenant) -> None:
    with tenant_scope(acme), pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
        Customer.objects.bulk_create([Customer(name="Mine"), Customer(name="Smuggled", tenant=globex)])


def test_raw_key_to_the_others_row_is_refused(acme: Tenant, secret: Customer) -> None:
    with tenant_scope(acme):
        make_contact(make_customer())
        with pytest.raises(IntegrityError, match="same_tenant"), transaction.atomic():
            execute("UPDATE accounts_contact SET customer_id = %s", str(secret.pk))


def test_insert_without_a_scope_is_refused(acme: Tenant) -> None:
    with pytest.raises((ProgrammingError, IntegrityError)):
        Customer(name="Nobody's").save()


@pytest.mark.parametrize(
    "sql",
    [
        "SET ROLE perennial_owner",
        "SET SESSION AUTHORIZATION perennial_owner",
        "ALTER TABLE accounts_customer DISABLE ROW LEVEL SECURITY",
        "TRUNCATE accounts_customer CASCADE",
        "DROP POLICY tenant ON accounts_customer",
        "CREATE POLICY mine ON accounts_customer USING (true)",
        "CREATE VIEW peep AS SELECT * FROM accounts_customer",
        "CREATE FUNCTION peep() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "UPDATE accounts_auditentry SET actor_label = 'somebody else'",
        "DELETE FROM accounts_auditentry",
        "DELETE FROM accounts_domainevent",
    ],
)
def test_serving_role_may_not(in_acme: Tenant, sql: str) -> None:
    with pytest.raises(ProgrammingError), transaction.atomic():
        execute(sql)


def test_switching_row_security_off_raises_instead_of_showing(acme: Tenant, secret: Customer) -> None:
    with tenant_scope(acme), pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
        execute("SET LOCAL row_security = off")
        execute("SELECT * FROM accounts_customer")


def test_copy_in_is_unavailable_and_copy_out_shows_ones_own(acme: Tenant, secret: Customer) -> None:
    with tenant_scope(acme):
        make_customer(name="Own")
        with connection.cursor() as cursor:
            out = StringIO()
            cursor.copy_expert("COPY (SELECT name FROM accounts_customer) TO STDOUT", out)
            assert out.getvalue() == "Own\n"
        with pytest.raises(FeatureNotSupported), transaction.atomic(), connection.cursor() as cursor:
            cursor.copy_expert("COPY accounts_customer (tenant_id, name) FROM STDIN", StringIO(""))


def test_search_without_a_scope_finds_nothing(secret: Customer) -> None:
    assert execute("SELECT id FROM search_customers('secret', 10)") == []


@pytest.mark.parametrize("setting", ["0", "-1", "99999999999", ""])
def test_odd_settings_show_nothing(secret: Customer, setting: str) -> None:
    execute("SELECT set_config('app.tenant_id', %s, true)", setting)
    assert execute("SELECT id FROM accounts_customer") == []


def test_setting_that_is_no_number_fails_closed(secret: Customer) -> None:
    with pytest.raises(DataError), transaction.atomic():
        execute("SELECT set_config('app.tenant_id', 'all', true)")
        execute("SELECT id FROM accounts_customer")


def test_person_sees_own_memberships_in_every_tenant_and_no_others(acme: Tenant, globex: Tenant) -> None:
    both, other = make_user(), make_user()
    for tenant in (acme, globex):
        with tenant_scope(tenant):
            make_membership(both)
            make_membership(other)
    with user_scope(both.pk):
        assert execute("SELECT user_id::text FROM accounts_membership") == [(str(both.pk),)] * 2
    assert execute("SELECT id FROM accounts_membership") == []


def test_own_memberships_cannot_be_changed_from_outside_the_tenant(acme: Tenant) -> None:
    with tenant_scope(acme):
        membership = make_membership(role="viewer")
    with user_scope(membership.user_id):
        execute("UPDATE accounts_membership SET role = 'owner'")
    with tenant_scope(acme):
        assert Membership.objects.get().role == "viewer"


@pytest.mark.django_db(databases=["default", "dispatch"], transaction=True)
@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM accounts_customer",
        "SELECT payload FROM accounts_job",
        "SELECT name FROM accounts_tenant",
        "UPDATE accounts_job SET payload = '{}'",
        "INSERT INTO accounts_job (kind) VALUES ('x')",
        "DELETE FROM accounts_job",
        "SELECT * FROM search_customers('', 10)",
    ],
)
def test_dispatching_role_may_not(sql: str) -> None:
    with pytest.raises(ProgrammingError, match="permission denied"), connections["dispatch"].cursor() as cursor:
        cursor.execute(sql)
