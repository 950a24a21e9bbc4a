from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from accounts.rest.problems import not_found


@csrf_exempt
def unknown_route(request: HttpRequest) -> HttpResponse:
    """No such resource, in the words in which every missing thing is refused."""
    return not_found().response()
