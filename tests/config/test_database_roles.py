from __future__ import annotations

import environ
import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import ProgrammingError, connection, connections

from accounts.models import Tenant
from config.owner import as_owner
from config.role_guard import refuse_privileged_role


def _current_user(alias: str) -> str:
    with connections[alias].cursor() as cursor:
        cursor.execute("SELECT current_user")
        name: str = cursor.fetchone()[0]
        return name


@pytest.mark.django_db(databases=["default", "dispatch"])
def test_each_alias_has_its_own_role() -> None:
    assert _current_user("default") == "perennial_app"
    assert _current_user("dispatch") == "perennial_dispatch"


@pytest.mark.django_db
def test_serving_role_cannot_change_the_schema() -> None:
    with pytest.raises(ProgrammingError), connection.cursor() as cursor:
        cursor.execute("CREATE TABLE smuggled (id int)")


@pytest.mark.django_db(transaction=True, databases=["default", "dispatch"])
@pytest.mark.parametrize("turn", [1, 2])
def test_transactional_tests_start_empty(turn: int) -> None:
    assert not Tenant.objects.exists()
    Tenant.objects.create(slug="left-over", name="Left over")
    with connections["dispatch"].cursor() as cursor:
        cursor.execute("SELECT slug FROM accounts_tenant")
        assert cursor.fetchall() == [("left-over",)]


@pytest.mark.django_db
def test_serving_role_is_accepted() -> None:
    refuse_privileged_role(connection)


@pytest.mark.django_db(transaction=True)
def test_owner_role_is_refused() -> None:
    serving = dict(connection.settings_dict)
    owner = environ.Env.db_url_config(settings.DATABASE_OWNER_URL)
    connection.close()
    connection.settings_dict.update({name: owner[name] for name in ("USER", "PASSWORD")})
    try:
        with pytest.raises(ImproperlyConfigured, match="perennial_owner"):
            refuse_privileged_role(connections["default"])
    finally:
        connection.close()
        connection.settings_dict.update(serving)


@pytest.mark.django_db(transaction=True)
def test_owner_for_the_length_of_a_migration() -> None:
    with as_owner():
        refuse_privileged_role(connections["default"])
        assert _current_user("default") == "perennial_owner"
    assert _current_user("default") == "perennial_app"
