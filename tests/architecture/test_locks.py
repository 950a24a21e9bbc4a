"""bin/check-locks and bin/licences refuse what they are there to refuse."""

from __future__ import annotations

import runpy
from pathlib import Path

from django.conf import settings

CHECK = runpy.run_path(str(Path(settings.BASE_DIR) / "bin" / "check-locks"))
LICENCES = runpy.run_path(str(Path(settings.BASE_DIR) / "bin" / "licences"))


def test_a_package_without_hash_is_found(tmp_path: Path) -> None:
    lock = tmp_path / "lock.txt"
    lock.write_text("one==1.0 \\\n    --hash=sha256:ab\ntwo==2.0\n")
    assert CHECK["locked"](lock) == ({"one": ["1.0"], "two": ["2.0"]}, ["two"])


def test_strong_copyleft_is_refused_and_weak_is_not() -> None:
    licences = [("a", "1", "AGPL-3.0"), ("b", "1", "GPL-2.0 OR MIT"), ("c", "1", "LGPL-3.0-or-later"), ("d", "1", "")]
    assert LICENCES["faults"](licences, []) == ["d: no licence is named", "a: AGPL-3.0 is a strong copyleft"]
