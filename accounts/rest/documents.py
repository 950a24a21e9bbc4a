"""The API's own description: OpenAPI at /schema/, for reading at /docs/. Both are public; they show no data."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiJsonRenderer, OpenApiYamlRenderer
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.rest.problems import handle_exception


class YamlRenderer(OpenApiYamlRenderer):
    media_type = "application/vnd.oai.openapi"
    format = "yaml"


class SchemaView(APIView):
    """OpenAPI 3.1 as JSON where Accept asks for it, else as YAML."""

    schema = None
    authentication_classes = ()
    permission_classes = ()
    renderer_classes = (YamlRenderer, OpenApiJsonRenderer, JSONRenderer)
    http_method_names = ["get", "head"]

    def get(self, request: Request) -> Response:
        return Response(document())

    def get_exception_handler(self) -> Any:
        return handle_exception


@cache
def document() -> Any:
    """The same for everybody, so made once for each process, in English."""
    with translation.override("en"):
        return SchemaGenerator().get_schema(public=True)


def docs(request: HttpRequest) -> HttpResponse:
    return render(request, "api/docs.html")
