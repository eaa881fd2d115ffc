"""Which lines of the user led here: stacks of user frames, found cheaply.

A frame is the user's unless its file belongs to the debugger, the engine, the standard library or an installed
package. The walk reads only code objects and instruction offsets; line numbers are looked up once for each
combination of them.

Modules that the script imports from its own folder are the user's, too: their text goes into the log even where no
event comes from them, as from a table of settings or a data set.
"""

from __future__ import annotations

import os
import sys
import sysconfig
from collections.abc import Iterable
from types import CodeType, FrameType

from ..log.schema import NOTHING
from ..log.writer import LogWriter
from ..text.files import text_of_file

__all__ = ["CallSites"]

_NOT_USER = -1
_MAX_CACHED = 1 << 16
_PACKAGE_DIRECTORIES = ("site-packages", "dist-packages")
_MAX_MODULES = 256
_MAX_MODULE_BYTES = 1 << 20
_MAX_MODULES_BYTES = 8 << 20
_OWN_DIRECTORY = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


class CallSites:
    """Finds call sites and gives them their numbers in the log.

    Args:
        writer: where sites and source files are defined.
    """

    def __init__(self, writer: LogWriter) -> None:
        self.generation = 0
        """Counts how often what is known of code objects was forgotten."""
        self._writer = writer
        self._foreign = {_OWN_DIRECTORY}
        for name in ("stdlib", "platstdlib"):
            path = sysconfig.get_paths().get(name)
            if path:
                self._foreign |= {os.path.abspath(path), os.path.realpath(path)}
        self._script_directory = ""
        self._cwd = os.getcwd()
        self._source_of_code: dict[int, int] = {}  # by the id of the code object
        self._held_code: list[CodeType] = []  # so that the ids stay theirs
        self._source_of_path: dict[str, int] = {}
        self._sites: dict[tuple[int, ...], int] = {}
        self._modules_seen: set[str] = set()
        self._modules_count = 0
        self._modules_left = _MAX_MODULES
        self._module_bytes_left = _MAX_MODULES_BYTES

    def set_script(self, script: str, cwd: str) -> None:
        """The script is user code wherever it lies; relative file names start from `cwd`."""
        self._cwd = cwd
        self._script_directory = os.path.dirname(os.path.join(cwd, script)) if script else ""
        self._forget()
        path = os.path.normpath(os.path.join(cwd, script))
        if script and path not in self._source_of_path and os.path.isfile(path):
            self._source(path)  # the first of all: it is looked at before anything happens

    def ignore(self, directory: str) -> None:
        """Files in `directory` aren't the user's."""
        self._foreign |= {os.path.abspath(directory), os.path.realpath(directory)}
        self._forget()

    def here(self, up: int = 1) -> int:
        """The site of the caller's stack, or NOTHING where no user frame is on it.

        Looked at from `up` frames up, 1 being the caller's: those below are known not to be the user's.
        """
        frame: FrameType | None = sys._getframe(up)
        start = frame
        source_of_code = self._source_of_code
        key: list[int] = []
        while frame is not None:
            number = id(frame.f_code)
            try:
                source = source_of_code[number]
            except KeyError:
                source = self._judge(frame.f_code)
            if source >= 0:
                key += (number, frame.f_lasti)
            frame = frame.f_back
        if not key:
            return NOTHING
        found = self._sites.get(tuple(key))
        return self._define(start, tuple(key)) if found is None else found

    def of_frames(self, frames: Iterable[tuple[str, int, str]]) -> int:
        """The site of `(path, line, function)` frames, outermost first; those that aren't the user's are left out."""
        stack = [
            (self._source(path), line, function) for path, line, function in frames if self.is_user(path)
        ]
        return self._writer.site(stack) if stack else NOTHING

    def is_user(self, filename: str) -> bool:
        """Whether code of this file is the user's."""
        if filename.startswith("<"):
            return False
        path = os.path.normpath(os.path.join(self._cwd, filename))
        covering = [directory for directory in self._foreign if _is_in(path, directory)]
        for name in _PACKAGE_DIRECTORIES:
            head, found, _ = path.partition(f"{os.sep}{name}{os.sep}")
            if found:
                covering.append(head + os.sep + name)
        # A script that itself lies in such a directory is still the user's, with what lies beside it.
        script = self._script_directory
        return all(script and _is_in(script, directory) and _is_in(path, script) for directory in covering)

    def define_modules(self) -> None:
        """Give the log the text of what the script has imported from its own folder since this was called last.

        A file of more than 1 MiB is left out, and so is what comes behind 256 files or 8 MiB.
        """
        if len(sys.modules) == self._modules_count or not self._script_directory:
            return
        self._modules_count = len(sys.modules)
        folders = {self._script_directory, os.path.realpath(self._script_directory)}
        # Nothing comes in the midst of a copy; into a list of pairs a finalizer may, and import something.
        for name, module in sys.modules.copy().items():
            if name in self._modules_seen:
                continue
            self._modules_seen.add(name)
            path = _file_of(module)
            if path.endswith(".py") and self.is_user(path):
                path = os.path.normpath(os.path.join(self._cwd, path))
                if any(_is_in(path, folder) for folder in folders) and self._has_room_for(path):
                    self._source(path)

    def _has_room_for(self, path: str) -> bool:
        try:
            size = os.path.getsize(path)
        except OSError:
            return False
        if size > _MAX_MODULE_BYTES or size > self._module_bytes_left or not self._modules_left:
            return False
        self._modules_left -= 1
        self._module_bytes_left -= size
        return True

    def frames_of(self, site: int) -> list[tuple[str, int, str]]:
        """The `(path, line, function)` frames of a site, outermost first."""
        if site == NOTHING:
            return []
        sources = self._writer.sources
        return [(sources[f.source].path, f.line, f.function) for f in self._writer.sites[site].frames]

    def source_of(self, code: CodeType) -> int:
        """The id of the user's source file that a code object is from, negative where it isn't the user's.

        The code object is held, and so its id is its own, until `generation` changes.
        """
        known = self._source_of_code.get(id(code))
        return self._judge(code) if known is None else known

    def _forget(self) -> None:
        self.generation += 1
        self._source_of_code.clear()
        self._held_code.clear()
        self._sites.clear()

    def _judge(self, code: CodeType) -> int:
        """Whether a code object is the user's, and of which file: decided once."""
        filename = code.co_filename
        source = self._source(filename) if self.is_user(filename) else _NOT_USER
        if len(self._source_of_code) >= _MAX_CACHED:
            self._forget()
        self._held_code.append(code)
        self._source_of_code[id(code)] = source
        return source

    def _define(self, frame: FrameType | None, key: tuple[int, ...]) -> int:
        stack = []
        while frame is not None:
            source = self.source_of(frame.f_code)
            if source >= 0:
                stack.append((source, frame.f_lineno or 0, frame.f_code.co_qualname))
            frame = frame.f_back
        site = self._writer.site(reversed(stack)) if stack else NOTHING
        if len(self._sites) >= _MAX_CACHED:
            self._sites.clear()
        self._sites[key] = site
        self.define_modules()
        return site

    def _source(self, filename: str) -> int:
        path = os.path.normpath(os.path.join(self._cwd, filename))
        source = self._source_of_path.get(path)
        if source is None:
            source = self._source_of_path[path] = self._writer.source(path, text_of_file(path))
        return source


def _file_of(module: object) -> str:
    """The file of a module; empty for what has none. A module that is imported when it is used stays as it is."""
    try:
        path = object.__getattribute__(module, "__dict__").get("__file__")
    except AttributeError:
        return ""
    return path if isinstance(path, str) else ""


def _is_in(path: str, directory: str) -> bool:
    return path == directory or path.startswith(directory.rstrip(os.sep) + os.sep)
