"""/styleguide/: every component with sample values, for those who build pages. Not part of an installation."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from accounts.charts import (
    Band,
    BarChart,
    BarSeries,
    Contribution,
    Contributions,
    HeatMap,
    HeatRow,
    Histogram,
    LineChart,
    MapPoint,
    Part,
    Reference,
    Series,
    StackedBar,
    Step,
    SuccessMap,
    Waterfall,
)
from accounts.formats import format_decimal, format_money, format_percent
from accounts.toasts import toast
from accounts.web import wants_partial

MONTHS = [
    "Dec",
    "Jan",
    "Feb",
    "Mar",
    "Apr",
    "May",
    "Jun",
    "Jul",
    "Aug",
    "Sep",
    "Oct",
    "Nov",
]
euros = partial(format_money, currency="EUR", compact=True)
whole_percent = partial(format_percent, places=0)


class SampleForm(forms.Form):
    name = forms.CharField(max_length=40, help_text="As it stands on the contract.")
    email = forms.EmailField()
    stage = forms.ChoiceField(choices=[("trial", "Trial"), ("adopting", "Adopting")])
    started_on = forms.DateField(required=False, widget=forms.DateInput(attrs={"type": "date"}))
    note = forms.CharField(required=False, widget=forms.Textarea(attrs={"rows": 3}))
    is_test = forms.BooleanField(required=False, label="Test account")


def styleguide(request: HttpRequest) -> HttpResponse:
    if request.GET.get("toast"):
        toast(request, "3 customers assigned to Maja Lindqvist", undo_url="/styleguide/")
        messages.error(request, "The file has no column “name”.")
    if wants_partial(request):
        return render(
            request,
            "components/_palette_results.html",
            palette(request.GET.get("q", "")),
        )
    form = SampleForm(request.POST) if request.method == "POST" else SampleForm()
    context = {
        **charts(),
        **rows(),
        "form": form,
        "palette_url": "/styleguide/",
        "search_url": "#",
    }
    return render(request, "styleguide.html", context)


def palette(query: str) -> dict[str, Any]:
    names = [row["name"] for row in rows()["rows"]]
    found = [{"label": n, "url": "#", "icon": "building", "detail": "Enterprise"} for n in names]
    found = [entry for entry in found if query.lower() in entry["label"].lower()]
    return {
        "query": query,
        "groups": [{"label": "Customers", "entries": found}] if found else [],
    }


def charts() -> dict[str, Any]:
    return {
        "retention": LineChart(
            "Retention, trailing 12 months",
            MONTHS,
            [
                Series(
                    "NRR",
                    [
                        1.04,
                        1.052,
                        1.068,
                        1.061,
                        1.08,
                        1.091,
                        1.103,
                        1.1,
                        1.115,
                        1.12,
                        1.113,
                        1.134,
                    ],
                    area=True,
                ),
                Series(
                    "GRR",
                    [
                        0.921,
                        0.925,
                        0.931,
                        0.927,
                        0.934,
                        0.94,
                        0.942,
                        0.941,
                        0.949,
                        0.953,
                        0.949,
                        0.957,
                    ],
                    dashed=True,
                ),
            ],
            references=[Reference("World average", 0.88)],
            format_value=whole_percent,
        ),
        "usage": LineChart(
            "Log-ins per week against the last 30 weeks",
            [f"W{n}" for n in range(1, 31)],
            [
                Series(
                    "Log-ins",
                    [40 + (n * 7) % 13 if n not in (11, 12) else None for n in range(24)] + [38, 31, 27, 22, 18, 15],
                    area=True,
                )
            ],
            band=Band("Usual", [36] * 30, [54] * 30),
            include=[0],
        ),
        "empty": LineChart("Nothing yet", [], []),
        "movements": Waterfall(
            "MRR movements in November",
            [
                Step("Opening", 1_141_200, is_total=True),
                Step("New", 18_400),
                Step("Expansion", 26_900, href="#"),
                Step("Returned", 2_100),
                Step("Contraction", -7_300),
                Step("Churn", -19_800, href="#"),
                Step("Paused", -1_200),
                Step("FX", 640),
                Step("Closing", 1_160_940, is_total=True),
            ],
            format_value=euros,
        ),
        "growth": BarChart(
            "Net new MRR",
            MONTHS,
            [
                BarSeries("Won", [18, 22, 15, 30, 28, 24, 33, 21, 19, 27, 31, 26], "good"),
                BarSeries(
                    "Lost",
                    [-9, -14, -11, -8, -16, -12, -9, -20, -13, -7, -12, None],
                    "bad",
                ),
            ],
            stacked=True,
        ),
        "scores": Histogram(
            "Customers by health",
            [str(n) for n in range(0, 100, 10)],
            [BarSeries("Customers", [3, 5, 9, 12, 18, 31, 44, 58, 41, 27])],
            tones=["bad"] * 5 + ["warn"] * 2 + ["good"] * 3,
            links=["#"] * 10,
        ),
        "distribution": StackedBar(
            "Health distribution",
            [
                Part("Healthy", 161, "good", "#", "Score 75–100"),
                Part("Watch", 58, "warn", "#", "Score 50–74"),
                Part("At risk", 29, "bad", "#", "Score 0–49"),
                Part("Unknown", 6, "muted", "#", "Not enough data"),
            ],
        ),
        "receipt": Contributions(
            "What makes the score",
            [
                Contribution("Log-ins against 30 weeks", -11.4, "18 a week, usual 36–54"),
                Contribution("Sticky features", 6.2, "4 of 5 in use"),
                Contribution("Days since contact", -3.1, "41 days"),
                Contribution("NPS", None, "no answer yet"),
                Contribution("Open tickets", 2.4, "none"),
            ],
            format_value=format_decimal,
        ),
        "cohorts": HeatMap(
            "Logo retention by cohort",
            [f"Q+{n}" for n in range(8)],
            [
                HeatRow("Q1 25", 31, [1, 0.97, 0.92, 0.87, 0.82, 0.82, 0.84, 0.79]),
                HeatRow("Q2 25", 28, [1, 0.98, 0.95, 0.92, 0.9, 0.92, 0.92]),
                HeatRow("Q3 25", 36, [1, 0.96, 0.95, 0.9, 0.86, 0.85]),
                HeatRow("Q4 25", 42, [1, 0.98, 0.97, 0.95, 0.94]),
                HeatRow("Q1 26", 39, [1, 0.98, 0.96, 0.94]),
                HeatRow("Q2 26", 45, [1, 0.95, 0.94]),
                HeatRow("Q3 26", 27, [1, 0.98]),
            ],
            row_heading="Start",
            size_heading="Size",
            format_value=whole_percent,
            low=0.5,
            high=1,
        ),
        "portfolio": SuccessMap(
            "Success map",
            [
                MapPoint(
                    f"Customer {n}",
                    score,
                    800 * 1.07 ** ((n * 37) % 90),
                    tone,
                    f"#c{n}",
                )
                for n in range(140)
                for score in [(n * 53) % 97]
                for tone in ["bad" if score < 50 else "warn" if score < 75 else "good"]
            ]
            + [MapPoint("Without health", None, 900, "muted")],
            x_title="Health",
            y_title="ARR",
            format_y=euros,
        ),
    }


def rows() -> dict[str, Any]:
    today = timezone.localdate()
    samples = [
        (
            "Northwind Logistics",
            "Enterprise",
            91,
            "green",
            3,
            412_000,
            51,
            "Established",
            "Maja Lindqvist",
        ),
        (
            "Fjordkraft Retail",
            "Enterprise",
            38,
            "red",
            -13,
            368_000,
            8,
            "Renewing",
            "Jonas Berg",
        ),
        (
            "Brightline Energy",
            "Mid-market",
            55,
            "yellow",
            -6,
            184_000,
            26,
            "Established",
            "Sofia Novak",
        ),
        (
            "Helix Robotics",
            "Mid-market",
            None,
            "unknown",
            None,
            148_000,
            None,
            "Onboarding",
            "Tomasz Zieliński",
        ),
    ]
    keys = ("name", "tier", "score", "band", "trend", "arr", "renews", "stage", "csm")
    found: list[dict[str, Any]] = [dict(zip(keys, sample, strict=True)) for sample in samples]
    for number, row in enumerate(found):
        renews = row["renews"]
        row["renewal_on"] = today + timedelta(days=int(str(renews))) if renews else None
        row["weeks"] = [50 + (n * (number + 3) * 5) % 23 for n in range(12)]
    return {"rows": found, "now": timezone.now() - timedelta(minutes=42)}
