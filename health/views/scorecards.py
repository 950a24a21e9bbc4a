from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.models import Stage
from accounts.web import StaffRequest, staff_page
from health.comparison import differences
from health.models import Scorecard, ScorecardVersion
from health.scorecard_form import ScorecardForm, read_form, shown_form, with_empty_rows
from health.selectors.preview import preview
from health.services.scorecards import archive_scorecard, create_scorecard, publish_version, restore_scorecard
from health.sources.registry import measures as built_in
from health.wording import GROUPS, measure_label, own_measures

STAGES = [choice for choice in Stage.choices if choice[0] != Stage.CHURNED]


@require_GET
@staff_page("settings.write")
def scorecard_list(request: StaffRequest) -> HttpResponse:
    cards = list(Scorecard.objects.in_use())
    return render(request, "health/scorecard_list.html", {"cards": cards, "stages": dict(STAGES)})


@require_http_methods(["GET", "POST"])
@staff_page("settings.write")
def scorecard_edit(request: StaffRequest, pk: UUID) -> HttpResponse:
    card = get_object_or_404(Scorecard.objects.in_use(), pk=pk)
    if request.method == "GET":
        newest = card.versions.get(number=card.version)
        return _editor(request, shown_form(card.name, card.stages, newest.document), card)
    form = _read(request)
    if form.definition is None or form.faults:
        return _editor(request, form, card)
    version = publish_version(
        card, form.definition, name=form.name, stages=form.stages, note=form.note, by=request.membership
    )
    if version is None:
        messages.info(request, _("Nothing was changed."))
    else:
        undo = _undo_url(request, card, version.number - 1)
        said = _("Version %(number)d is published; everybody is scored again.") % {"number": version.number}
        messages.success(request, said, extra_tags=undo)
    return redirect("scorecard_edit", request.tenant.slug, card.pk)


@require_http_methods(["GET", "POST"])
@staff_page("settings.write")
def scorecard_new(request: StaffRequest) -> HttpResponse:
    if request.method == "GET":
        model = Scorecard.objects.in_use().last()
        document = (
            model.versions.get(number=model.version).document if model else {"groups": [], "bands": {}, "caps": []}
        )
        return _editor(request, shown_form("", [], document), None)
    form = _read(request)
    if form.definition is None or form.faults:
        return _editor(request, form, None)
    card = create_scorecard(name=form.name, stages=form.stages, definition=form.definition, by=request.membership)
    messages.success(request, _("The scorecard is in use."))
    return redirect("scorecard_edit", request.tenant.slug, card.pk)


@require_POST
@staff_page("settings.write")
def scorecard_preview(request: StaffRequest) -> HttpResponse:
    """What the form as it stands would do, without saving anything."""
    form = _read(request)
    card = Scorecard.objects.in_use().filter(pk=_uuid(request.POST.get("card", ""))).first()
    found = preview(card, form.definition, form.stages) if form.definition and not form.faults else None
    return render(request, "health/_preview.html", {"preview": found, "faults": _all_faults(form)})


@require_GET
@staff_page("settings.write")
def scorecard_history(request: StaffRequest, pk: UUID) -> HttpResponse:
    card = get_object_or_404(Scorecard.objects, pk=pk)
    versions = list(card.versions.select_related("published_by__user").order_by("-number")[:100])
    older: list[Any] = [*versions[1:], None]
    rows = [
        (version, differences(before.document, version.document) if before else [])
        for version, before in zip(versions, older, strict=True)
    ]
    return render(request, "health/scorecard_history.html", {"card": card, "rows": rows, "own": own_measures()})


@require_POST
@staff_page("settings.write")
def scorecard_republish(request: StaffRequest, pk: UUID, number: int) -> HttpResponse:
    """An older version becomes the newest one."""
    card = get_object_or_404(Scorecard.objects.in_use(), pk=pk)
    old = get_object_or_404(ScorecardVersion.objects, scorecard=card, number=number)
    note = _("As version %(number)d") % {"number": number}
    version = publish_version(card, old.definition, stages=old.stages, note=note, by=request.membership)
    if version is not None:
        messages.success(request, _("Version %(number)d holds again.") % {"number": number})
    return redirect("scorecard_edit", request.tenant.slug, card.pk)


@require_POST
@staff_page("settings.write")
def scorecard_retire(request: StaffRequest, pk: UUID) -> HttpResponse:
    card = get_object_or_404(Scorecard.objects, pk=pk)
    if archive_scorecard(card):
        undo = reverse("scorecard_restore", args=[request.tenant.slug, card.pk])
        messages.success(request, _("%(name)s is out of use.") % {"name": card.name}, extra_tags=undo)
    return redirect("scorecard_list", request.tenant.slug)


@require_POST
@staff_page("settings.write")
def scorecard_restore(request: StaffRequest, pk: UUID) -> HttpResponse:
    restore_scorecard(get_object_or_404(Scorecard.objects, pk=pk))
    return redirect("scorecard_list", request.tenant.slug)


def _read(request: StaffRequest) -> ScorecardForm:
    form = read_form(request.POST)
    if not form.name:
        form.faults.append(_("The scorecard needs a name."))
    if any(stage not in dict(STAGES) for stage in form.stages):
        form.faults.append(_("There is no such stage."))
    return form


def _editor(request: StaffRequest, form: ScorecardForm, card: Scorecard | None) -> HttpResponse:
    own = own_measures()
    context = {
        "form": with_empty_rows(form),
        "card": card,
        "stages": STAGES,
        "measures": sorted(((key, measure_label(key, own)) for key in {*built_in, *own}), key=lambda each: each[1]),
        "groups": GROUPS.items(),
        "faults": _all_faults(form),
    }
    return render(request, "health/scorecard.html", context, status=422 if context["faults"] else 200)


def _all_faults(form: ScorecardForm) -> list[str]:
    """Every fault once, for the top of the page."""
    lines = [form.bands, *form.groups, *(line for group in form.groups for line in group.lines), *form.caps]
    return [*form.faults, *dict.fromkeys(fault for line in lines for fault in line.faults.values())]


def _undo_url(request: StaffRequest, card: Scorecard, number: int) -> str:
    return reverse("scorecard_republish", args=[request.tenant.slug, card.pk, number])


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
