from __future__ import annotations

import pytest
from celery import shared_task

from accounts.models import Tenant
from accounts.tasks import TenantTask
from accounts.tenancy.scope import TenantError, tenant_scope
from config.celery import app


@shared_task(base=TenantTask, bind=True, name="test.whoami")
def whoami(self: TenantTask) -> str:
    return self.tenant.slug


@pytest.mark.django_db
def test_message_without_a_tenant_is_refused() -> None:
    with pytest.raises(TenantError):
        whoami.delay()
    with pytest.raises(TenantError):
        whoami()


@pytest.mark.django_db
def test_tenant_comes_from_the_header(acme: Tenant, globex: Tenant) -> None:
    assert whoami.apply(headers={"tenant": globex.pk}).get() == "globex"
    with tenant_scope(acme):
        message = whoami.apply_async()
    assert message.id


def test_only_ids_travel_and_only_as_json() -> None:
    assert app.conf.task_serializer == "json"
    assert app.conf.accept_content == ["json"]
    assert app.conf.task_acks_late
    assert app.conf.worker_prefetch_multiplier == 1
    assert app.conf.task_time_limit < app.conf.broker_transport_options["visibility_timeout"]
