"""How an attempt to hand over a mail can fail, told apart by what may have happened on the other side."""

from __future__ import annotations


class MailRefused(Exception):
    """It was not taken and never will be. `address_is_bad` when the reason is the recipient's address."""

    def __init__(self, detail: str, *, address_is_bad: bool = False) -> None:
        super().__init__(detail)
        self.address_is_bad = address_is_bad


class MailDelayed(Exception):
    """It was surely not taken; later it may be."""


class MailUnsure(Exception):
    """The connection broke when it may already have been taken."""
