"""The compiled parts: there or not, and left alone where they aren't wanted."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

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


def _asked(directory: Path) -> subprocess.CompletedProcess[str]:
    script = "from bpdebug import native; print(native.is_there(), native.part('kernels') is not None)"
    return subprocess.run(
        [sys.executable, "-c", script],
        env={"PYTHONPATH": str(directory)},
        cwd=directory,
        capture_output=True,
        text=True,
        check=True,
    )


@pytest.mark.skipif(native.part("kernels") is None, reason="the compiled parts aren't there")
def test_parts_that_are_older_than_their_sources_are_left_unused(tmp_path: Path) -> None:
    shutil.copytree(Path(native.__file__).parent, tmp_path / "bpdebug" / "native")
    (tmp_path / "bpdebug" / "__init__.py").write_text("")
    assert _asked(tmp_path).stdout.split() == ["True", "True"]
    source = tmp_path / "bpdebug" / "native" / "kernels.pyx"
    source.touch()
    told = _asked(tmp_path)
    assert (told.stdout.split(), told.stderr) == (["True", "True"], "")
    source.write_text(source.read_text() + "# changed")
    told = _asked(tmp_path)
    assert told.stdout.split() == ["False", "False"]
    assert told.stderr.count("pip install -e .") == 1
    source.unlink()
    (tmp_path / "bpdebug" / "native" / "kernels.pxd").touch()
    assert _asked(tmp_path).stdout.split() == ["False", "False"]


@pytest.mark.skipif(native.part("kernels") is None, reason="the compiled parts aren't there")
def test_parts_that_do_not_say_what_they_were_made_from_are_left_unused(tmp_path: Path) -> None:
    shutil.copytree(
        Path(native.__file__).parent,
        tmp_path / "bpdebug" / "native",
        ignore=shutil.ignore_patterns("compiled_from*.so", "compiled_from*.pyd"),
    )
    (tmp_path / "bpdebug" / "__init__.py").write_text("")
    assert _asked(tmp_path).stdout.split() == ["False", "False"]
