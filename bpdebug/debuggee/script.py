"""Run a script as `python model.py args` would: the same `__main__`, `sys.argv`, `sys.path` and ending.

Knows nothing of recording.
"""

from __future__ import annotations

import builtins
import dataclasses
import io
import os
import sys
from collections.abc import Collection
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import CodeType, ModuleType

__all__ = ["Outcome", "compile_script", "prepare", "run"]

_OURS = frozenset({"bpdebug", "chainer", "engine"})


@dataclasses.dataclass
class Outcome:
    """How the script ended: its exit status, why in words, and the exception that ended it if one did."""

    status: int = 0
    reason: str = "the script finished"
    error: BaseException | None = None


def prepare(script: str, args: list[str], modules_at_start: Collection[str]) -> ModuleType:
    """Make the process look as if Python had been started with `script` and `args`.

    `modules_at_start` are the modules that Python itself had loaded. Those that the debugger has loaded since, and
    that the script's directory has under the same name, are forgotten, so that the script's own are found.

    Returns:
        The new, empty `__main__`.
    """
    sys.argv = [script, *args]
    sys.orig_argv = [sys.executable, script, *args]
    directory = os.path.dirname(os.path.realpath(script))
    if not sys.flags.safe_path:
        sys.path.insert(0, directory)
        _forget_shadowed(directory, modules_at_start)
    path = os.path.abspath(script)
    module = ModuleType("__main__")
    module.__dict__.update(
        __file__=path,
        __builtins__=builtins,
        __loader__=SourceFileLoader("__main__", path),
        __cached__=None,
    )
    if sys.version_info < (3, 14):  # from then on annotations are lazy, and a main module has none at first
        module.__annotations__ = {}
    sys.modules["__main__"] = module
    return module


def compile_script(path: str) -> CodeType:
    """The code of the script at `path`.

    Raises:
        SyntaxError: with a traceback of our frames, not to be shown.
        OSError: the file can't be read.
    """
    with io.open_code(os.path.abspath(path)) as file:
        source = file.read()
    path = os.path.abspath(path)
    before, null, _ = source.partition(b"\0")
    if null:  # compile() would not say where
        line = before.decode(errors="replace").rpartition("\n")[2]
        where = (path, before.count(b"\n") + 1, None, line)
        raise SyntaxError("source code cannot contain null bytes", where)
    return compile(source, path, "exec", dont_inherit=True)


def run(script: str, module: ModuleType) -> Outcome:
    """Run the file `script` as `module`; never raises."""
    try:
        exec(compile_script(script), module.__dict__)
    except SystemExit as leaving:
        status = exit_status(leaving.code)
        return Outcome(status, f"the script left with status {status} (sys.exit)", leaving)
    except KeyboardInterrupt as error:
        return Outcome(130, "interrupted (KeyboardInterrupt)", error)
    except BaseException as error:
        return Outcome(1, f"the script failed: {describe(error)}", error)
    return Outcome()


def describe(error: BaseException) -> str:
    """The type of `error` and its message, all lines of that in one: what is wrong may be in any of them."""
    try:
        text = str(error)
    except Exception:
        text = "<message can't be shown>"
    message = " ".join(text.split())
    return f"{type(error).__name__}: {message}" if message else type(error).__name__


def exit_status(code: object) -> int:
    """The status that a process ends with after `sys.exit(code)`."""
    if code is None:
        return 0
    if isinstance(code, int):
        return int(code) & 0xFF
    return 1  # Python prints it on stderr


def _forget_shadowed(directory: str, modules_at_start: Collection[str]) -> None:
    """Make the script's own `queue.py`, say, stand before the standard library's, as in a fresh interpreter."""
    try:
        entries = list(Path(directory).iterdir())
    except OSError:
        return
    own = {
        entry.stem if entry.suffix == ".py" else entry.name
        for entry in entries
        if entry.suffix == ".py" or (entry / "__init__.py").exists()
    }
    own -= _OURS.union(modules_at_start)
    for name in list(sys.modules):
        if name.partition(".")[0] in own:
            del sys.modules[name]
