"""Which lines of a source file can make an event, by the code that Python makes of it rather than by its text.

A line that may call something, or compute with something, can; one that only defines, imports, jumps, moves names about
or calls builtins such as `range` and `print` can't. Where in doubt, it can.
"""

from __future__ import annotations

import dis
import warnings
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from types import CodeType

__all__ = ["CodeLines", "code_lines"]

_HARMLESS = (
    "BUILD_CONST_KEY_MAP", "BUILD_LIST", "BUILD_MAP", "BUILD_SET", "BUILD_TUPLE", "CACHE", "COPY", "DELETE_FAST",
    "DELETE_GLOBAL", "DELETE_NAME", "EXTENDED_ARG", "IMPORT_", "INTERPRETER_EXIT", "JUMP_", "LOAD_ASSERTION_ERROR",
    "LOAD_BUILD_CLASS", "LOAD_CLASSDEREF", "LOAD_CLOSURE", "LOAD_CONST", "LOAD_DEREF", "LOAD_FAST", "LOAD_GLOBAL",
    "LOAD_LOCALS", "LOAD_NAME", "LOAD_SMALL_INT", "MAKE_", "NOP", "NOT_TAKEN", "POP_BLOCK", "POP_EXCEPT",
    "POP_JUMP_", "POP_TOP", "PUSH_EXC_INFO", "PUSH_NULL", "RERAISE", "RESUME", "RETURN_", "SETUP_ANNOTATIONS",
    "SET_FUNCTION_ATTRIBUTE", "STORE_DEREF", "STORE_FAST", "STORE_GLOBAL", "STORE_NAME", "SWAP",
)  # fmt: skip
"""How the names of instructions begin that run no code of anybody."""

_LOOKS = ("END_FOR", "FOR_ITER", "GET_ITER", "KW_NAMES", "LOAD_ATTR", "POP_ITER", "PRECALL")
"""Of a line that calls nothing but such builtins, what else it may hold."""
_BUILTINS = frozenset(
    {"bool", "enumerate", "float", "int", "isinstance", "len", "print", "range", "str", "zip"}
)


@dataclass(frozen=True)
class _Body:
    """What is written in one function, class body or file: its name, and the lines of its code."""

    name: str
    lines: frozenset[int]
    possible: frozenset[int]
    """Those that can make an event."""

    @property
    def last(self) -> int:
        return max(self.lines, default=0)


class CodeLines:
    """The lines of one file, counted from 1."""

    def __init__(self, bodies: list[_Body]) -> None:
        self._bodies = bodies
        self._possible = sorted(set[int]().union(*(body.possible for body in bodies)))

    def can(self, line: int) -> bool:
        """Whether this line can make an event."""
        return self.next(line) == line

    def next(self, line: int) -> int | None:
        """The first line from `line` on that can make an event, in the same function if that line is one of it."""
        place = bisect_left(self._possible, line)
        if place == len(self._possible):
            return None
        found = self._possible[place]
        body = self._body(line)
        return found if body is None or found <= body.last else None

    def function_of(self, line: int) -> str:
        """The name of the function or class whose code this line is; "" for a line of the file itself, or of none."""
        body = self._body(line)
        return "" if body is None else body.name

    def _body(self, line: int) -> _Body | None:
        inside = [body for body in self._bodies if body.name and line in body.lines]
        return min(inside, key=lambda body: body.last - min(body.lines), default=None)


def code_lines(text: str, path: str = "<script>") -> CodeLines | None:
    """The lines of this source text; None where it can't be judged, because this Python can't compile it."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            code = compile(text, path, "exec", dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    every = list(_all_code(code))
    stored = {name for one in every for name in _stored(one)}
    return CodeLines([_body_of(one, one is code, _BUILTINS - stored) for one in every])


def _all_code(code: CodeType) -> Iterator[CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _all_code(constant)


def _stored(code: CodeType) -> Iterator[str]:
    """The names that a file itself gives a meaning."""
    yield from code.co_varnames
    yield from code.co_cellvars
    for instruction in dis.get_instructions(code):
        if instruction.opname.startswith(("STORE_NAME", "STORE_GLOBAL", "IMPORT_NAME")):
            yield str(instruction.argval)


def _body_of(code: CodeType, is_file: bool, builtins: frozenset[str]) -> _Body:
    at_offset = {instruction.offset: instruction for instruction in dis.get_instructions(code)}
    names: dict[int, list[dis.Instruction]] = {}
    for begin, end, line in code.co_lines():
        if line:  # some instructions are of no line
            names.setdefault(line, []).extend(
                at_offset[offset] for offset in range(begin, end, 2) if offset in at_offset
            )
    headers = {one.co_firstlineno for one in code.co_consts if _is_named(one)}
    possible = {line for line, found in names.items() if _can(found, line in headers, builtins)}
    name = "" if is_file or code.co_name.startswith("<") else code.co_qualname
    return _Body(name, frozenset(names), frozenset(possible))


def _is_named(constant: object) -> bool:
    """Whether this is the code of a `def` or a `class`, rather than of a lambda or a comprehension."""
    return isinstance(constant, CodeType) and not constant.co_name.startswith("<")


def _can(instructions: list[dis.Instruction], is_header: bool, builtins: frozenset[str]) -> bool:
    names = [instruction.opname for instruction in instructions]
    if "LOAD_BUILD_CLASS" in names:  # the header of a class calls, but nothing that makes an event
        return False
    runs = [name for name in names if not name.startswith(_HARMLESS)]
    if is_header:  # it looks up annotations; only a default or a decorator may compute something
        return any(
            one.opname.startswith(("CALL", "BINARY_OP", "UNARY")) and one.argrepr not in ("|", "[]")
            for one in instructions
        )
    calls = [name for name in runs if name.startswith("CALL")]
    known = sum(
        instruction.opname.startswith(("LOAD_NAME", "LOAD_GLOBAL")) and instruction.argval in builtins
        for instruction in instructions
    )
    if calls and len(calls) <= known:
        return not all(name in calls or name.startswith(_LOOKS) for name in runs)
    return bool(runs)
