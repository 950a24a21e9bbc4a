"""The guide's requests, in its order, against the product."""

from __future__ import annotations

import base64
import json
import re
import shlex
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.models import Tenant
from accounts.services.api_keys import create_api_key
from accounts.services.draining import drain
from accounts.tenancy.scope import tenant_scope
from tests.factories.api import make_caller

GUIDE = Path(__file__).resolve().parents[2] / "docs" / "api.md"
HOST = "http://127.0.0.1:8000"


def commands() -> list[list[str]]:
    blocks = re.findall(r"```sh\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    return [shlex.split(block.replace("\\\n", " ")) for block in blocks if block.startswith("curl")]


def perform(client: Client, words: list[str], known: dict[str, str]) -> Any:
    """Do what curl would do with these arguments."""
    for name, value in known.items():
        words = [word.replace(f"${name}", value) for word in words]
    headers, data, method, url, form = {}, "", "GET", "", {}
    rest = iter(words[1:])
    for word in rest:
        if word == "-X":
            method = next(rest)
        elif word == "-H":
            name, _colon, value = next(rest).partition(": ")
            headers[name] = value
        elif word == "-d":
            data = next(rest)
        elif word == "-u":
            headers["Authorization"] = "Basic " + base64.b64encode(next(rest).encode()).decode()
        elif word == "-F":
            name, _equals, value = next(rest).partition("=")
            form[name] = SimpleUploadedFile(value[1:], b"id,name\nvind,Vind\n") if value.startswith("@") else value
        else:
            url = word.removeprefix(HOST)
    if form:
        return client.post(url, form, headers=headers)
    return client.generic(method, url, data, headers.pop("Content-Type", ""), headers=headers)


@pytest.mark.django_db(transaction=True, databases=["default", "dispatch"])
def test_every_request_of_the_guide_works(acme: Tenant, client: Client) -> None:
    with tenant_scope(acme):
        _key, write_key = create_api_key(name="Website", scopes=[], is_write_key=True)
    known = {"HOST": HOST, "KEY": make_caller(acme).secret, "WRITE_KEY": write_key}
    known = dict(sorted(known.items(), key=lambda item: -len(item[0])))
    answers = []
    for words in commands():
        answer = perform(client, words, known)
        assert answer.status_code < 300, (words, answer.content)
        answers.append(json.loads(answer.content))
        if "recompute" in " ".join(words):
            drain(60)
    failed = [answer["results"] for answer in answers if isinstance(answer, dict) and answer.get("failed")]
    assert failed == []
    revenue = next(answer for answer in answers if "movements" in answer)
    assert (float(revenue["opening"]["mrr"]), float(revenue["closing"]["mrr"])) == (650.0, 678.0)
    usage = next(answer for answer in answers if "data" in answer and "next_cursor" not in answer)
    assert sum(day["count"] for day in usage["data"]) == 1
