from __future__ import annotations

from collections.abc import Iterator
from io import StringIO

import psycopg2
import pytest
from django.core.management import CommandError, call_command

from config.embedded.folder import Folder
from config.embedded.postgres import Postgres

ROLES = {"DATABASE_URL": "perennial_app", "DATABASE_OWNER_URL": "perennial_owner"}
ROLES |= {"DATABASE_DISPATCH_URL": "perennial_dispatch"}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    """A server as its administrator hands it over: nobody but a superuser."""
    postgres = Postgres(Folder(tmp_path_factory.mktemp("server")), durable=False)
    postgres.start()
    yield postgres
    postgres.stop()


@pytest.fixture
def addresses(server: Postgres, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    named = {name: f"postgresql://{role}:pw-{role}@127.0.0.1:{server.port}/made" for name, role in ROLES.items()}
    for name, address in named.items():
        monkeypatch.setenv(name, address)
    return named


def test_roles_and_database_are_made_and_made_again(server: Postgres, addresses: dict[str, str]) -> None:
    for _ in range(2):
        call_command("prepare_database", admin_url=server.admin_dsn, stdout=StringIO())
    for name, address in addresses.items():
        with psycopg2.connect(address) as opened, opened.cursor() as cursor:
            cursor.execute("SELECT current_user, rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user")
            assert cursor.fetchone() == (ROLES[name], False)


def test_owner_owns_the_database_and_may_act_for_the_search_role(server: Postgres, addresses: dict[str, str]) -> None:
    call_command("prepare_database", admin_url=server.admin_dsn, stdout=StringIO())
    with psycopg2.connect(addresses["DATABASE_OWNER_URL"]) as opened, opened.cursor() as cursor:
        cursor.execute("SET ROLE perennial_search")
        cursor.execute("RESET ROLE")
        cursor.execute("SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = 'made'")
        assert cursor.fetchone() == ("perennial_owner",)
        cursor.execute(
            "SELECT count(*) FROM pg_extension WHERE extname IN ('pg_trgm', 'unaccent', 'btree_gin', 'citext')"
        )
        assert cursor.fetchone() == (4,)


def test_an_address_with_another_role_is_refused(
    server: Postgres, addresses: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", addresses["DATABASE_OWNER_URL"])
    with pytest.raises(CommandError, match="DATABASE_URL must name the role perennial_app"):
        call_command("prepare_database", admin_url=server.admin_dsn, stdout=StringIO())
