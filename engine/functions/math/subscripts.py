"""The subscripts of einsum: read from either of their two notations, checked, and fitted to numbers of axes."""

from __future__ import annotations

import string
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy

from ...utils.type_check import InvalidType

__all__ = ["Subscripts", "parse"]

_DOTS = "..."
_LETTERS = string.ascii_uppercase + string.ascii_lowercase


@dataclass(frozen=True)
class Subscripts:
    """Letters for the axes of each input and of the output; `...` may be among them."""

    inputs: tuple[tuple[str, ...], ...]
    output: tuple[str, ...]

    @classmethod
    def of(cls, in_subs: str, out_sub: str) -> Subscripts:
        """From what stands on both sides of `->`; `@`, which Chainer's own op has for `...`, is understood, too.

        Raises:
            ValueError: says what is wrong with them.
        """
        inputs = tuple(_letters_of(part) for part in in_subs.replace("@", _DOTS).split(","))
        output = _letters_of(out_sub.replace("@", _DOTS))
        _check(inputs, output)
        return cls(inputs, output)

    @property
    def in_subs(self) -> str:
        """The letters of the inputs, as they stand before `->`."""
        return ",".join("".join(letters) for letters in self.inputs)

    @property
    def out_sub(self) -> str:
        """The letters of the output."""
        return "".join(self.output)

    def __str__(self) -> str:
        return f"{self.in_subs}->{self.out_sub}"

    def fitted(self, ndims: Sequence[int]) -> Subscripts:
        """The same with letters in place of `...`, for inputs with so many axes.

        Raises:
            InvalidType: an input has another number of axes than it has letters.
        """
        used = {letter for letters in (*self.inputs, self.output) for letter in letters}
        free = [letter for letter in _LETTERS if letter not in used]
        hidden = 0
        inputs = []
        for i, (letters, ndim) in enumerate(zip(self.inputs, ndims, strict=True)):
            named = len(letters) - (_DOTS in letters)
            if named != ndim and not (_DOTS in letters and named < ndim):
                more = f">= {named}" if _DOTS in letters else f"== {named}"
                raise InvalidType(f"x{i}.ndim {more}", f"{ndim}")
            if _DOTS in letters and hidden and ndim - named != hidden:
                raise InvalidType(f"x{i}: as many axes in '...' as the others, {hidden}", f"{ndim - named}")
            hidden = ndim - named if _DOTS in letters else hidden
            inputs.append(_filled(letters, free[: ndim - named]))
        return Subscripts(tuple(inputs), _filled(self.output, free[:hidden]))


def _filled(letters: tuple[str, ...], hidden: Sequence[str]) -> tuple[str, ...]:
    return tuple(part for letter in letters for part in (hidden if letter == _DOTS else (letter,)))


def parse(operands: Sequence[Any]) -> tuple[Subscripts, tuple[Any, ...]]:
    """Subscripts and arrays from the arguments of einsum.

    Raises:
        ValueError: says what is wrong with the subscripts.
    """
    if not operands:
        raise ValueError("No input operands")
    output: tuple[str, ...] | None = None
    if isinstance(operands[0], str):
        text, *arrays = operands
        left, arrow, right = text.replace(" ", "").partition("->")
        inputs = tuple(_letters_of(part) for part in left.split(","))
        output = _letters_of(right) if arrow else None
    else:
        count = len(operands) // 2
        arrays = list(operands[: 2 * count : 2])
        inputs = tuple(_letters_of_numbers(numbers) for numbers in operands[1 : 2 * count : 2])
        output = _letters_of_numbers(operands[-1]) if len(operands) % 2 else None
    if len(inputs) != len(arrays):
        raise ValueError(
            "Number of einsum subscripts must be equal to the number of operands: "
            f"{len(inputs)} subscripts, {len(arrays)} operands."
        )
    if output is None:
        output = _implied(inputs)
    _check(inputs, output)
    return Subscripts(inputs, output), tuple(arrays)


def _letters_of(text: str) -> tuple[str, ...]:
    before, dots, after = text.partition(_DOTS)
    for symbol in before + after:
        if symbol == ".":
            raise ValueError("Invalid Ellipses.")
        if symbol not in _LETTERS:
            raise ValueError(f"Character {symbol} is not a valid symbol.")
    return (*before, *([_DOTS] if dots else []), *after)


def _letters_of_numbers(numbers: Any) -> tuple[str, ...]:
    if not isinstance(numbers, list | tuple) or not all(
        n is Ellipsis or isinstance(n, int | numpy.integer) for n in numbers
    ):
        raise TypeError(
            f"einsum: subscripts are a string, or lists that hold numbers of axes or Ellipsis; not {numbers!r}"
        )
    if not all(n is Ellipsis or 0 <= n < len(_LETTERS) for n in numbers):
        raise ValueError(
            f"einsum: the numbers of axes must be between 0 and {len(_LETTERS) - 1}: {list(numbers)}"
        )
    return tuple(_DOTS if n is Ellipsis else _LETTERS[n] for n in numbers)


def _implied(inputs: Sequence[tuple[str, ...]]) -> tuple[str, ...]:
    """Without `->`: first `...`, then the letters that stand once, in order."""
    every = [letter for letters in inputs for letter in letters]
    once = sorted(letter for letter in set(every) if letter != _DOTS and every.count(letter) == 1)
    return (*([_DOTS] if _DOTS in every else []), *once)


def _check(inputs: Sequence[tuple[str, ...]], output: tuple[str, ...]) -> None:
    known = {letter for letters in inputs for letter in letters}
    for letter in output:
        if letter not in known:
            raise ValueError(f"Output character {letter} did not appear in the input")
        if output.count(letter) > 1:
            raise ValueError(
                f"einstein sum subscripts string includes output subscript '{letter}' multiple times"
            )
    if _DOTS in known and _DOTS not in output:
        raise ValueError("einsum should not support summing over Ellipsis: write '...' into the output, too")
