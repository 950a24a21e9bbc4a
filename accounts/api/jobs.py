"""Asking for figures to be computed anew, and watching a job."""

from __future__ import annotations

from uuid import UUID

from django.urls import path
from django.utils.translation import gettext as _

from accounts.models import Job, JobState
from accounts.rest.fields import Choice, Day, Instant, Text, Whole
from accounts.rest.nested import JsonObject
from accounts.rest.openapi import Operation, component, inputs, object_schema
from accounts.rest.problems import FieldError, invalid, not_found
from accounts.rest.views import ApiView, Request, Response
from accounts.services.recomputing import NotRecomputable, recompute

REQUEST = {
    "what": Choice(["revenue", "health", "usage", "all"], required=True),
    "from": Day(null=True, help="First day to compute anew; everything without it."),
    "to": Day(null=True, help="The day after the last one."),
}

JOB = {
    "kind": Text(),
    "state": Choice(JobState.values),
    "progress": Whole(0, 100, help="Per cent."),
    "attempts": Whole(),
    "error": Text(2000, null=True, help="Why the last attempt failed."),
    "result": JsonObject(null=True),
    "run_at": Instant(help="When it is due."),
    "created_at": Instant(),
    "finished_at": Instant(null=True),
}
for name, each in JOB.items():
    each.source = name

_ID = {"id": {"type": "string", "format": "uuid"}}
JOB_SCHEMA = component("Job", {"type": "object", "properties": {**_ID, **object_schema(JOB)["properties"]}})


def render_job(job: Job) -> dict[str, object]:
    return {"id": str(job.pk), **{name: each.read(job) for name, each in JOB.items()}}


class RecomputeView(ApiView):
    """Compute figures anew from the facts."""

    required_scope = "admin"
    operations = {
        "POST": Operation(
            "Compute figures anew from the facts",
            JOB_SCHEMA,
            202,
            inputs(REQUEST),
            description="Answers at once; `GET /jobs/{id}` shows the progress. "
            "Asking again while the job waits or runs widens it to both ranges.",
        )
    }

    def post(self, request: Request) -> Response:
        wanted = self.body(REQUEST)
        first, end = wanted.get("from"), wanted.get("to")
        if first and end and end <= first:
            raise invalid([FieldError("/to", "out_of_range", _("Must be after `from`."))])
        try:
            job = recompute(wanted["what"], first, end)
        except NotRecomputable as error:
            raise invalid([FieldError("/what", "not_available", str(error))]) from error
        return Response(render_job(job), status=202, headers={"Location": f"/api/v1/jobs/{job.pk}"})


class JobView(ApiView):
    """One job: state, progress, result or error."""

    operations = {"GET": Operation("Read a job", JOB_SCHEMA)}

    def get(self, request: Request, id: str) -> Response:
        self.query()
        try:
            job = Job.objects.filter(pk=UUID(id)).first()
        except ValueError:
            job = None
        if job is None:
            raise not_found()
        return Response(render_job(job))


routes = [
    path("recompute", RecomputeView.as_view()),
    path("jobs/<str:id>", JobView.as_view()),
]
