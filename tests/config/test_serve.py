from __future__ import annotations

import socket

import pytest
from django.core.management import CommandError, call_command


def test_a_taken_port_is_said_before_anything_is_done() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(CommandError, match=f"port {taken.getsockname()[1]}.*--port takes another"):
            call_command("serve", port=taken.getsockname()[1])


def test_a_port_that_cannot_be_is_refused() -> None:
    with pytest.raises(CommandError, match="99999"):
        call_command("serve", port=99999)
