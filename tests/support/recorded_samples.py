"""The samples under the recorder: each is run once a session, whichever worker asks first."""

from __future__ import annotations

import fcntl
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

__all__ = ["SAMPLES", "RecordedSample", "record_sample", "shared_sample"]

SAMPLES = sorted((Path(__file__).parents[2] / "samples").glob("*.py"))


@dataclass(frozen=True)
class RecordedSample:
    """What the process left, and its log. Not to be changed: other tests read it, too."""

    status: int
    stdout: str
    stderr: str
    directory: Path


def record_sample(name: str, directory: Path) -> RecordedSample:
    """Run a sample with `bpdebug run --headless`, its log in `directory`."""
    command = [sys.executable, "-m", "bpdebug", "run", "--headless", "--log", str(directory)]
    script = next(path for path in SAMPLES if path.stem == name)
    process = subprocess.run(
        [*command, str(script)], capture_output=True, encoding="utf-8", timeout=120, check=False
    )
    return RecordedSample(process.returncode, process.stdout, process.stderr, directory)


def shared_sample(name: str, session: pytest.TempPathFactory) -> RecordedSample:
    """The run of a sample that all workers of a session share."""
    base = session.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "samples"
    folder.mkdir(exist_ok=True)
    left = folder / f"{name}.json"
    with open(folder / f"{name}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not left.exists():
            run = record_sample(name, folder / name)
            left.write_text(json.dumps([run.status, run.stdout, run.stderr]), encoding="utf-8")
    return RecordedSample(*json.loads(left.read_text(encoding="utf-8")), folder / name)
