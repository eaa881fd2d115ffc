"""Runs small training scripts under the recorder, and says what the rules find in them.

A pair is one file that holds a faulty script and its healthy twin: lines that end with `# faulty` are in the one only,
those with `# healthy` in the other. `# guilty` marks the line that a finding should name, `# code:` and `# where:` at
the top what it should say.
"""

from __future__ import annotations

import contextlib
import dataclasses
import gc
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import traceback
import warnings
from pathlib import Path
from typing import Any, NoReturn

__all__ = ["Case", "Diagnoser", "Pair", "read_pair"]

_LIMIT_S = 300
"""How long the process of one script may take."""
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
    """A script to run, and the modules that lie beside it, by file name."""

    name: str
    text: str
    modules: dict[str, str] = dataclasses.field(default_factory=dict)


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


class Diagnoser:
    """Diagnoses scripts one after the other, each in a process of its own in which all that it imports is there.

    A context manager: inside, a process stands ready that has imported everything, and forks for each script.
    """

    def __enter__(self) -> Diagnoser:
        root = Path(__file__).resolve().parents[2]
        self._process = subprocess.Popen(
            [sys.executable, __file__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=root,
            env={
                "PYTHONPATH": str(root),
                "OPENBLAS_NUM_THREADS": "1",
                "OMP_NUM_THREADS": "1",
                "PATH": "",
                "TMPDIR": tempfile.gettempdir(),
            },
        )
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate()

    def findings(self, case: Case) -> list[dict[str, Any]]:
        """The findings of a script, as `bpdebug check --format json` gives them.

        Raises:
            RuntimeError: the process of the script ended before it had them; what it said is on stderr.
        """
        to, answers = self._process.stdin, self._process.stdout
        assert to is not None
        assert answers is not None
        to.write(json.dumps(dataclasses.asdict(case)) + "\n")
        to.flush()
        answer = json.loads(answers.readline() or '"the process that forks has ended"')
        if not isinstance(answer, list):
            raise RuntimeError(f"{case.name}: {answer}")
        return answer


def _serve() -> None:
    """In the process that forks: read scripts from stdin, and write the findings of each to stdout, a line each."""
    import numpy.random  # noqa: F401

    import bpdebug.diagnosis.as_json
    import bpdebug.frontends.engine
    import bpdebug.frontends.gradient_probe
    import bpdebug.log.reader  # noqa: F401
    from bpdebug import native
    from bpdebug.frontends import alias

    for source in (Path(__file__).parents[2] / "bpdebug" / "native").glob("*.pyx"):
        native.part(source.stem)
    package = alias.install()
    gc.freeze()  # else each process copies all these objects when it first collects garbage
    for line in sys.stdin:
        with tempfile.TemporaryDirectory() as folder:
            child = os.fork()
            if child == 0:
                _diagnose(package, json.loads(line), Path(folder))
            status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
            answer = Path(folder) / "findings.json"
            told = answer.read_text(encoding="utf-8") if status == 0 else f'"its process ended with {status}"'
        print(told, flush=True)


def _diagnose(package: Any, case: dict[str, Any], folder: Path) -> NoReturn:
    """In a process of its own: run the script under the recorder, and write its findings into the folder."""
    try:
        signal.alarm(_LIMIT_S)
        found = _findings(package, case, folder)
        (folder / "findings.json").write_text(json.dumps(found), encoding="utf-8")
        os._exit(0)
    except BaseException:
        traceback.print_exc()
        sys.stderr.flush()
        os._exit(1)


def _findings(package: Any, case: dict[str, Any], folder: Path) -> list[dict[str, Any]]:
    import numpy as np

    from bpdebug.capture import plan_of
    from bpdebug.diagnosis import diagnose
    from bpdebug.diagnosis.as_json import finding_json
    from bpdebug.frontends import engine, gradient_probe
    from bpdebug.launch import CaptureOptions
    from bpdebug.log.reader import LogReader
    from bpdebug.log.writer import LogWriter
    from bpdebug.recorder import Recorder

    script = folder / f"{case['name'].replace('/', '-')}.py"
    for name, text in {script.name: case["text"], **case["modules"]}.items():
        (folder / name).write_text(text, encoding="utf-8")
    sys.path.insert(0, str(folder))
    writer = LogWriter.create(folder / "run", script=str(script))
    recorder = Recorder(writer, plan=plan_of(CaptureOptions("sparse")))
    recorder.call_sites.ignore(str(Path(__file__).parent))
    recorder.run_started([str(script)], str(script), str(folder), {}, ["cpu"], "")
    stops = [engine.watch(package, recorder), gradient_probe.probe(package, recorder)]
    np.random.seed(0)
    os.chdir(folder)
    with warnings.catch_warnings(), open(os.devnull, "w") as nowhere, contextlib.redirect_stdout(nowhere):
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
    with LogReader(folder / "run") as reader:
        return [finding_json(finding) for finding in diagnose(reader)]


def _noting(recorder: Any) -> Any:
    def show(message: Any, category: Any, filename: Any, lineno: Any, *_: Any) -> None:
        recorder.warned(category.__name__, str(message), [(filename, lineno, "")])

    return show


if __name__ == "__main__":
    _serve()
