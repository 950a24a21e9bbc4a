from __future__ import annotations

import pytest
from django.db import ProgrammingError, connection, connections

from accounts.models import Tenant


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
