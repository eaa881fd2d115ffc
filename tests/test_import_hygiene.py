"""Who loads what: import rules that a static check can't see, looked at in fresh interpreters.

The contracts in pyproject.toml say which module may import which; these tests say what a command really loads.
"""

from __future__ import annotations

import ast
import json
import pathlib
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).parents[1]
ENGINE = ROOT / "engine"

# Files of the engine that may import what an extra brings, when it is asked for.
EXTRAS = {
    "backends/cuda.py": ["cupy", "cupyx"],
    "backends/special.py": ["scipy"],
    "datasets/image_dataset.py": ["PIL"],
    "datasets/svhn.py": ["scipy"],
    "links/model/vision/layered.py": ["PIL"],
    "serializers/hdf5.py": ["h5py"],
    "testing/attr.py": ["pytest"],
    "training/extensions/plot_report.py": ["matplotlib"],
}

RUN_MAIN = """
import json, sys
from bpdebug.cli import main
try:
    status = main(sys.argv[2:])
except SystemExit as leaving:
    status = leaving.code
with open(sys.argv[1], "w") as file:
    json.dump({"status": status or 0, "modules": sorted(sys.modules)}, file)
"""

SCRIPT = """
import sys, json
import chainer.functions as F, chainer, numpy as np
x = chainer.Variable(np.ones((2, 3), "f4"), name="x")
F.sum(x * x).backward()
json.dump(sorted(sys.modules), open(sys.argv[1], "w"))
"""


def loaded_by(tmp_path: pathlib.Path, *command: str) -> set[str]:
    """The modules that a `bpdebug` command has loaded when it ends, in a fresh interpreter.

    Raises:
        AssertionError: the command failed.
    """
    answer = tmp_path / "modules.json"
    run = subprocess.run(
        [sys.executable, "-c", RUN_MAIN, str(answer), *command],
        capture_output=True, text=True, cwd=tmp_path, timeout=120, check=False,
    )  # fmt: skip
    found = json.loads(answer.read_text()) if answer.exists() else {"status": run.returncode}
    assert found["status"] == 0, run.stderr
    return set(found["modules"])


def tops(modules: set[str]) -> set[str]:
    """The top-level packages among `modules`."""
    return {name.partition(".")[0] for name in modules}


@pytest.fixture(scope="module")
def recorded(tmp_path_factory):
    """A recorded run, the modules of the process that asked for it, and those of the script's own process."""
    folder = tmp_path_factory.mktemp("recorded")
    script = folder / "script.py"
    script.write_text(SCRIPT)
    run, modules_of_child = folder / "run", folder / "child.json"
    parent = loaded_by(folder, "run", "--headless", "--log", str(run), str(script), str(modules_of_child))
    return run, parent, set(json.loads(modules_of_child.read_text()))


def test_a_headless_run_loads_no_screen(recorded):
    _, parent, child = recorded
    for modules in (parent, child):
        assert not tops(modules) & {"textual", "pygments"}


def test_the_recording_process_loads_nothing_that_reads(recorded):
    _, _, child = recorded
    readers = (
        "bpdebug.log.reader",
        "bpdebug.timeline",
        "bpdebug.session",
        "bpdebug.exporters",
        "bpdebug.cli",
    )
    assert not {name for name in child if name.startswith(readers)}


@pytest.mark.parametrize(
    "command",
    [
        ["info", "RUN"],
        ["show", "RUN", "--at", "it0/backward/sum"],
        ["export", "RUN", "--format", "jsonl", "--output", "OUT"],
    ],
    ids=lambda command: command[0],
)
def test_a_reading_command_loads_neither_engine_nor_screen(command, recorded, tmp_path):
    words = {"RUN": str(recorded[0]), "OUT": str(tmp_path / "out.jsonl")}
    modules = loaded_by(tmp_path, *(words.get(word, word) for word in command))
    assert not tops(modules) & {"engine", "chainer", "textual", "cupy"}
    writers = ("bpdebug.log.writer", "bpdebug.recorder", "bpdebug.frontends", "bpdebug.debuggee")
    assert not {name for name in modules if name.startswith(writers)}


@pytest.mark.parametrize(
    ("step", "element", "computed"), [("sum", "gx[0,0]", True), ("mul", "ga[0,0]", False)]
)
def test_explain_loads_the_engine_only_to_compute_an_op_again_and_nothing_that_records(
    step, element, computed, recorded, tmp_path
):
    """An op without a rule or an elementwise formula is computed again, by an engine that has a name of its own."""
    loaded = loaded_by(tmp_path, "explain", str(recorded[0]), f"it0/backward/{step}", element)
    assert ("bpdebug_engine" in loaded) is computed
    assert not tops(loaded) & {"engine", "chainer", "textual", "cupy"}
    assert not {name for name in loaded if name.startswith(("bpdebug.log.writer", "bpdebug.debuggee"))}


def test_the_engine_alone_loads_numpy_and_no_part_of_the_debugger():
    code = "import sys; before = set(sys.modules); import engine, engine.functions, engine.links\n"
    code += "print(' '.join(sorted({name.partition('.')[0] for name in set(sys.modules) - before})))"
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, timeout=60, check=True
    )
    foreign = {name for name in run.stdout.split() if name not in sys.stdlib_module_names}
    # NumPy's compiled parts register helpers of their own under such names.
    assert {name for name in foreign if not name.startswith(("_cython", "cython"))} == {"engine", "numpy"}


@pytest.mark.parametrize("path", sorted(ENGINE.rglob("*.py")), ids=lambda path: str(path.relative_to(ROOT)))
def test_an_engine_file_imports_numpy_the_standard_library_and_its_neighbours_only(path):
    """Absolute imports of the engine would fail under its other name, `chainer`."""
    allowed = sys.stdlib_module_names | {"numpy", *EXTRAS.get(str(path.relative_to(ENGINE)), ())}
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            names = [node.module or ""]
        else:
            continue
        for name in names:
            assert name.partition(".")[0] in allowed, f"line {node.lineno} imports {name}"
