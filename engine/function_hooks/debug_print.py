"""What goes into each op, printed."""

from __future__ import annotations

import sys
from typing import Any, TextIO

from .. import backend
from ..function_hook import FunctionHook
from ..variable import Variable

__all__ = ["PrintHook"]


class PrintHook(FunctionHook):
    """Prints each op's inputs before it computes, and the gradients that arrive before it passes them on.

    Args:
        sep: no longer used.
        end: what ends each line.
        file: where to; None for stdout.
        flush: whether each line is written out at once.
    """

    name = "PrintHook"

    def __init__(
        self, sep: str | None = None, end: str = "\n", file: TextIO | None = None, flush: bool = True
    ) -> None:
        self.sep = sep
        self.end = end
        self.file = file
        self.flush = flush

    def _print(self, text: str) -> None:
        print(text, end=self.end, file=self.file or sys.stdout, flush=self.flush)

    def _print_inputs(self, function: Any, in_data: tuple[Any, ...]) -> None:
        self._print(f"function\t{function.label}")
        self._print("input data")
        for x in in_data:
            self._print("(removed)" if x is None else Variable(x).debug_print())

    def forward_preprocess(self, function: Any, in_data: tuple[Any, ...]) -> None:
        self._print_inputs(function, in_data)

    def backward_preprocess(self, function: Any, in_data: tuple[Any, ...], out_grad: tuple[Any, ...]) -> None:
        self._print_inputs(function, in_data)
        self._print("output gradient")
        for gy in out_grad:
            if gy is None:
                self._print("(removed)")
            else:
                zeros = backend.get_array_module(gy).zeros_like(gy)
                self._print(Variable(zeros, grad=gy).debug_print())
