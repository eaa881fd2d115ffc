"""The screen's process does no linear algebra to speak of, so it starts no threads for it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

SHOW = """
import os
before = dict(os.environ)
from bpdebug.cli.single_thread import import_numpy
import_numpy()
import sys
print("numpy" in sys.modules, dict(os.environ) == before, len(os.listdir("/proc/self/task")))
"""


def shown(**environment: str) -> list[str]:
    kept = {name: value for name, value in os.environ.items() if not name.endswith("_NUM_THREADS")}
    words = subprocess.check_output([sys.executable, "-c", SHOW], text=True, env={**kept, **environment})
    return words.split()


needs_proc = pytest.mark.skipif(
    not Path("/proc/self/task").is_dir(), reason="counts threads as Linux lists them"
)


@needs_proc
def test_numpy_starts_no_threads_and_the_environment_stays_as_it_was():
    assert shown() == ["True", "True", "1"]


@needs_proc
def test_a_chosen_number_of_threads_is_left_alone():
    plain = "import numpy, os; print(len(os.listdir('/proc/self/task')))"
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "2"}
    usual = subprocess.check_output([sys.executable, "-c", plain], text=True, env=environment).strip()
    assert shown(OPENBLAS_NUM_THREADS="2") == ["True", "True", usual]
