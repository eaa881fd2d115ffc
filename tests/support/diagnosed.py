"""Runs small training scripts under the recorder, many in one process, and says what the rules find in them.

A pair is one file that holds a faulty script and its healthy twin: lines that end with `# faulty` are in the one only,
those with `# healthy` in the other. `# guilty` marks the line that a finding should name, `# code:` and `# where:` at
the top what it should say.
"""

from __future__ import annotations

import dataclasses
import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

__all__ = ["Case", "Pair", "diagnose_scripts", "read_pair"]

_LIMIT_S = 300
_IN_A_PROCESS = 40
_MARK = re.compile(r"\s*# (faulty|healthy|guilty)( guilty)?\s*$")


@dataclasses.dataclass(frozen=True)
class Pair:
    """A faulty script, its healthy twin, and what should be found in the first."""

    name: str
    code: str
    where: str
    faulty: str
    healthy: str
    guilty: tuple[int, ...]


@dataclasses.dataclass(frozen=True)
class Case:
    """A script to run."""

    name: str
    text: str


def read_pair(path: Path) -> Pair:
    """The two scripts of a file."""
    lines = path.read_text(encoding="utf-8").splitlines()
    facts = dict(re.findall(r"^# (code|where): (.+)$", "\n".join(lines), re.MULTILINE))
    faulty, healthy, guilty = [], [], []
    for line in lines:
        found = _MARK.search(line)
        marks = set() if found is None else set(found[0].replace("#", " ").split())
        text = line if found is None else line[: found.start()]
        if "healthy" not in marks:
            faulty.append(text)
            if "guilty" in marks:
                guilty.append(len(faulty))
        if "faulty" not in marks:
            healthy.append(text)
    return Pair(
        path.stem, facts["code"], facts["where"], "\n".join(faulty), "\n".join(healthy), tuple(guilty)
    )


def diagnose_scripts(cases: Iterable[Case]) -> dict[str, list[dict[str, Any]]]:
    """The findings of each script, as `bpdebug check --format json` gives them, by the name of the case."""
    every = list(cases)
    found: dict[str, list[dict[str, Any]]] = {}
    for first in range(0, len(every), _IN_A_PROCESS):
        found.update(_diagnose(every[first : first + _IN_A_PROCESS]))
    return found


def _diagnose(cases: list[Case]) -> dict[str, list[dict[str, Any]]]:
    wanted = [{"name": case.name, "text": case.text} for case in cases]
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run(
        [sys.executable, __file__],
        input=json.dumps(wanted),
        capture_output=True,
        text=True,
        timeout=_LIMIT_S,
        check=False,
        cwd=root,
        env={"PYTHONPATH": str(root), "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "PATH": ""},
    )
    if done.returncode:
        raise RuntimeError(done.stderr[-3000:])
    found: dict[str, list[dict[str, Any]]] = json.loads(done.stdout)
    return found


def _run_all() -> None:
    """In the process of its own: read cases from stdin, write findings to stdout."""
    import contextlib
    import os
    import warnings

    import numpy as np

    from bpdebug.capture import plan_of
    from bpdebug.diagnosis import diagnose
    from bpdebug.diagnosis.as_json import finding_json
    from bpdebug.frontends import alias, engine, gradient_probe
    from bpdebug.launch import CaptureOptions
    from bpdebug.log.reader import LogReader
    from bpdebug.log.writer import LogWriter
    from bpdebug.recorder import Recorder

    package = alias.install()
    found = {}
    for case in json.loads(sys.stdin.read()):
        with tempfile.TemporaryDirectory() as folder:
            script = Path(folder) / f"{case['name'].replace('/', '-')}.py"
            script.write_text(case["text"], encoding="utf-8")
            writer = LogWriter.create(Path(folder) / "run", script=str(script))
            recorder = Recorder(writer, plan=plan_of(CaptureOptions("sparse")))
            recorder.call_sites.ignore(str(Path(__file__).parent))
            recorder.run_started([str(script)], str(script), folder, {}, ["cpu"], "")
            stops = [engine.watch(package, recorder), gradient_probe.probe(package, recorder)]
            np.random.seed(0)
            package.config.train = True
            package.global_config.dtype = np.dtype(np.float32)  # scripts set it, and share this process
            os.chdir(folder)
            with (
                warnings.catch_warnings(),
                open(os.devnull, "w") as nowhere,
                contextlib.redirect_stdout(nowhere),
            ):
                warnings.simplefilter("always")
                warnings.showwarning = _noting(recorder)
                try:
                    code = compile(case["text"], str(script), "exec", dont_inherit=True)
                    exec(code, {"__name__": "__main__", "__file__": str(script)})
                except Exception as error:
                    recorder.script_failed(error)
            for stop in stops:
                stop()
            recorder.run_finished(0, "the script finished")
            recorder.close()
            with LogReader(Path(folder) / "run") as reader:
                found[case["name"]] = [finding_json(finding) for finding in diagnose(reader)]
            os.chdir("/")
    json.dump(found, sys.stdout)


def _noting(recorder: Any) -> Any:
    def show(message: Any, category: Any, filename: Any, lineno: Any, *_: Any) -> None:
        recorder.warned(category.__name__, str(message), [(filename, lineno, "")])

    return show


if __name__ == "__main__":
    _run_all()
