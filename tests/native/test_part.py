"""The compiled parts: there or not, and left alone where they aren't wanted."""

from __future__ import annotations

import subprocess
import sys

from bpdebug import native


def test_a_part_that_was_not_built_is_none():
    assert native.part("nonsense") is None


def test_the_environment_can_do_without_them():
    script = "from bpdebug import native; print(native.part('kernels'))"
    said = subprocess.run(
        [sys.executable, "-c", script],
        env={"BPDEBUG_NATIVE": "0"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert said.stdout.strip() == "None"
