"""What README and the other texts say about the project is so."""

from __future__ import annotations

import ast
import pathlib
import re
import tomllib

import pytest

import bpdebug
from bpdebug.tui.keymap import KEYMAP, shown_key

ROOT = pathlib.Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PYTHON_FILES = sorted(
    path
    for folder in ("bpdebug", "engine", "samples", "benchmarks")
    for path in (ROOT / folder).rglob("*.py")
)
DOCUMENTS = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]


def short(path: pathlib.Path) -> str:
    return str(path.relative_to(ROOT))


def command_below(heading: str) -> str:
    """The one line in the first code block below a heading of README."""
    block = re.search(rf"^#+ {re.escape(heading)}\n.*?^```sh\n(.*?)^```$", README, re.DOTALL | re.MULTILINE)
    assert block, f"README has no code block below {heading!r}"
    (line,) = block[1].splitlines()
    return line


def test_the_first_command_sets_up_and_opens_the_debugger_on_a_sample():
    first = command_below("Try it")
    assert first.startswith("python3 -m venv ")
    sample = re.search(r"bpdebug run (\S+)$", first)
    assert sample
    assert (ROOT / sample[1]).is_file()


def test_the_checks_before_a_change_begin_with_the_second_command():
    second = command_below("Run the tests")
    checks = re.findall(r'^check "(.*)"$', (ROOT / ".ci" / "run").read_text(encoding="utf-8"), re.MULTILINE)
    assert checks[0] == second


@pytest.mark.parametrize("document", DOCUMENTS, ids=short)
def test_links_between_documents_lead_somewhere(document):
    for target in re.findall(r"\]\((?!https?:)([^)#]+)", document.read_text(encoding="utf-8")):
        assert (document.parent / target).exists(), target


def test_readme_names_every_sample():
    for path in (ROOT / "samples").glob("*.py"):
        assert f"samples/{path.name}" in README


def test_readme_shows_keys_that_exist():
    table = README.partition("## Keys")[2].partition("\n## ")[0]
    shown = {
        key
        for row in re.findall(r"^\| (`.*?) \|", table, re.MULTILINE)
        for key in re.findall(r"`(\S+)`", row)
    }
    assert len(shown) > 25
    assert shown <= {shown_key(name) for key in KEYMAP for name in key.keys.split(",")}


def test_one_version():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["version"] == bpdebug.__version__
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert re.search(r"^## (\S+)", changelog, re.MULTILINE)[1] == bpdebug.__version__


@pytest.mark.parametrize("path", PYTHON_FILES, ids=short)
def test_a_file_can_be_read_in_one_sitting(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) < 500


@pytest.mark.parametrize(
    "path", [path for path in PYTHON_FILES if path.parts[len(ROOT.parts)] in ("bpdebug", "engine")], ids=short
)
def test_no_product_file_can_run_what_is_in_a_log(path):
    """No pickle anywhere; exec only where the child runs the script; eval only of what the person types to the child.

    One file unpickles: the dataset class that a script under test asks for by name, with a file that it names itself.
    Nothing else may import that file.
    """
    unpickles = path == ROOT / "engine" / "datasets" / "pickle_dataset.py"
    hands_on = path == ROOT / "engine" / "datasets" / "__init__.py"
    tree = ast.parse(path.read_text(encoding="utf-8"))
    # type_check.eval() is Chainer's name for something harmless.
    own = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            assert unpickles or not {alias.name for alias in node.names} & {
                "pickle",
                "marshal",
                "shelve",
                "dill",
            }
        if isinstance(node, ast.ImportFrom):
            assert hands_on or "pickle_dataset" not in {node.module, *(alias.name for alias in node.names)}
            assert node.module not in ("pickle", "marshal", "shelve", "dill")
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            assert (
                node.func.id != "eval"
                or "eval" in own
                or path == ROOT / "bpdebug" / "debuggee" / "console.py"
            )
            assert node.func.id != "exec" or "debuggee" in path.parts
        if isinstance(node, ast.keyword) and node.arg == "allow_pickle":
            assert isinstance(node.value, ast.Constant)
            assert node.value.value is False
