"""The engine's folder loaded under the name `chainer`, as one set of modules, in a fresh interpreter."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap

import engine

FOLDER = os.path.dirname(engine.__file__)

LOAD = f"""
import importlib.util, sys
spec = importlib.util.spec_from_file_location("chainer", {os.path.join(FOLDER, "__init__.py")!r},
                                              submodule_search_locations=[{FOLDER!r}])
chainer = importlib.util.module_from_spec(spec)
sys.modules["chainer"] = chainer
spec.loader.exec_module(chainer)
"""


def run(script: str) -> str:
    """What `script` prints in a fresh interpreter with the engine under the name `chainer`."""
    done = subprocess.run(
        [sys.executable, "-I", "-W", "error", "-c", LOAD + textwrap.dedent(script)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_every_module_is_there_once_and_none_is_called_engine() -> None:
    run(
        """
        import importlib, pkgutil
        for info in pkgutil.walk_packages(chainer.__path__, "chainer."):
            importlib.import_module(info.name)
        assert not [name for name in sys.modules if name.partition(".")[0] == "engine"]
        named = [module for name, module in sys.modules.items() if name.partition(".")[0] == "chainer"]
        modules = {id(module): module for module in named}.values()  # one object may have two names: chainer.cuda
        files = [module.__file__ for module in modules if hasattr(module, "__file__")]  # others are made from tables
        assert len(files) == len(set(files)) > 40, len(files)
        """
    )


def test_classes_are_the_same_whichever_way_they_are_imported() -> None:
    run(
        """
        import numpy
        import chainer.functions as F
        from chainer import Variable, cuda, Function, FunctionNode
        from chainer.variable import Variable as V
        from chainer.backends import cuda as c
        from chainer.functions.activation.relu import ReLU
        from chainer.utils import type_check
        assert Variable is V is chainer.Variable
        assert cuda is c
        y = F.relu(Variable(numpy.ones(2)))
        assert isinstance(y, Variable) and isinstance(y.creator, (ReLU,)) and isinstance(y.creator, FunctionNode)
        try:
            F.linear(numpy.ones((2, 3)), numpy.ones((2, 2)))
        except type_check.InvalidType as error:
            assert type(error).__module__ == "chainer.utils.type_check"
        """
    )


def test_training_works_and_events_come() -> None:
    printed = run(
        """
        import numpy
        import chainer.functions as F
        seen = []
        chainer.events.observe(lambda event: seen.append(type(event).__name__))
        x = chainer.Variable(numpy.ones((1, 2)))
        F.sum(x * x).backward()
        print(x.grad.tolist(), len(seen), seen[0])
        """
    )
    assert printed == "[[2.0, 2.0]] 8 ForwardFinished\n"


def test_an_error_points_at_the_scripts_line_under_any_name() -> None:
    printed = run(
        """
        import numpy
        import chainer.functions as F
        try:
            F.linear(numpy.ones((2, 3)), numpy.ones((2, 2)))
        except Exception as error:
            print(error.__notes__[0])
        """
    )
    assert printed.splitlines()[0] == "linear (forward): inputs float64(2, 3), float64(2, 2)"
    assert "at <string>:" in printed


def test_two_names_in_one_process_are_two_engines_that_dont_mix() -> None:
    run(
        f"""
        sys.path.insert(0, {os.path.dirname(FOLDER)!r})
        import engine, numpy
        assert engine.Variable is not chainer.Variable
        seen = []
        chainer.events.observe(seen.append)
        engine.Variable(numpy.ones(2)) * 2
        assert not seen
        """
    )


def test_the_engine_imports_neither_the_debugger_nor_a_framework() -> None:
    printed = run("print(sorted({name.partition('.')[0] for name in sys.modules}))")
    for name in ("bpdebug", "textual", "rich", "msgspec", "xxhash", "torch", "cupy", "engine"):
        assert f"'{name}'" not in printed
