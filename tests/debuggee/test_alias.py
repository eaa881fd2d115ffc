"""`import chainer` in a script: one set of module objects, and the script's own `engine` where it has one."""

import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture
def engine(tmp_path):
    """A small engine folder: a package, a module, and a subpackage with relative imports."""
    folder = tmp_path / "ours" / "engine"
    (folder / "functions").mkdir(parents=True)
    (folder / "__init__.py").write_text("from .variable import Variable\n")
    (folder / "variable.py").write_text("class Variable: pass\n")
    (folder / "functions" / "__init__.py").write_text("from ..variable import Variable\n")
    (folder / "functions" / "late.py").write_text("from ..variable import Variable\n")
    return folder


def run(engine, code, directory, *path):
    """Run `code` with `directory` and then `path` first on sys.path, and the alias installed."""
    program = f"""
import sys
sys.path[:0] = {[str(ROOT)]!r}
from pathlib import Path
from bpdebug.frontends import alias
alias.install(Path({str(engine)!r}))
del sys.path[0]
sys.path[:0] = {[str(directory), *map(str, path)]!r}
""" + textwrap.dedent(code)
    done = subprocess.run(
        [sys.executable, "-S", "-W", "error", "-c", program], capture_output=True, text=True, cwd=directory
    )
    assert done.stderr == ""
    return done.stdout


def test_chainer_and_engine_are_the_same_module_objects(engine, tmp_path):
    code = """
    import engine.functions.late
    import chainer.functions.late
    import engine, chainer
    import engine.functions as EF, chainer.functions as CF
    from engine.variable import Variable
    print(engine is chainer, EF is CF, engine.functions.late is chainer.functions.late)
    print(Variable is chainer.Variable, CF.Variable is Variable)
    print(engine.__name__, engine.functions.late.__spec__.name, sys.modules["engine.variable"].__name__)
    print(hasattr(engine.variable, "__path__"))
    """
    assert run(engine, code, tmp_path).splitlines() == [
        "True True True",
        "True True",
        "chainer chainer.functions.late chainer.variable",
        "False",
    ]


def test_the_engine_can_be_reloaded_by_relative_imports_after_an_alias_import(engine, tmp_path):
    # A wrong __spec__ would make this warn, and -W error turns that into a failure.
    code = """
    import engine.functions
    import chainer.functions.late
    print(chainer.functions.__spec__.parent)
    """
    assert run(engine, code, tmp_path) == "chainer.functions\n"


@pytest.mark.parametrize("own", ["engine.py", "engine/__init__.py", "engine/motor.py"])
def test_a_script_gets_its_own_engine(engine, tmp_path, own):
    file = tmp_path / "project" / own
    file.parent.mkdir(parents=True)
    file.write_text("mine = True\n")
    code = """
    import chainer
    import engine
    try:
        from engine import motor
        engine = motor
    except ImportError:
        pass
    print(engine is not chainer, engine.mine, chainer.Variable.__module__)
    """
    # Ours is on the path, too: it is installed as a top-level package.
    assert run(engine, code, file.parent.parent if "/" in own else file.parent, engine.parent) == (
        "True True chainer.variable\n"
    )


def test_a_data_folder_named_engine_is_not_taken_for_a_package(engine, tmp_path):
    (tmp_path / "project" / "engine").mkdir(parents=True)
    (tmp_path / "project" / "engine" / "weights.npz").write_bytes(b"")
    assert run(engine, "import engine, chainer; print(engine is chainer)", tmp_path / "project") == "True\n"


def test_a_missing_module_of_chainer_is_said_to_be_missing_in_this_engine(engine, tmp_path):
    code = """
    for statement in ("import chainer.graph_of_tomorrow", "import engine.graph_of_tomorrow"):
        try:
            exec(statement)
        except ModuleNotFoundError as error:
            print(error.name, "doesn't have it yet" in str(error))
    try:
        from chainer import graph_of_tomorrow
    except ImportError as error:
        print(type(error).__name__, error.name)
    """
    assert run(engine, code, tmp_path).splitlines() == [
        "chainer.graph_of_tomorrow True",
        "chainer.graph_of_tomorrow True",
        "ImportError chainer",
    ]


def test_a_real_chainer_on_the_path_does_not_win(engine, tmp_path):
    (tmp_path / "site" / "chainer").mkdir(parents=True)
    (tmp_path / "site" / "chainer" / "__init__.py").write_text("real = True\n")
    code = "import chainer; print(hasattr(chainer, 'real'), hasattr(chainer, 'Variable'))"
    assert run(engine, code, tmp_path, tmp_path / "site") == "False True\n"


def test_chainerx_is_there_to_say_that_it_is_not_available(engine, tmp_path):
    code = "import chainerx; print(chainerx.is_available(), isinstance(3, chainerx.ndarray))"
    assert run(engine, code, tmp_path) == "False False\n"
