"""transpose_sequence: sequences one by one become batches time by time, and back."""

from __future__ import annotations

from typing import Any

from ... import backend
from ...utils.type_check import require, require_equal
from ...variable import Variable
from ..op import Example, Op

__all__ = ["transpose_sequence"]


class TransposeSequence(Op):
    """y[t] holds element t of every x that is long enough; the lengths of x must not rise."""

    op_name = "transpose_sequence"
    y_roles = ("y",)
    formula = "y[t][i] = x[i][t];  gx[i][t] = gy[t][i]"
    kept_as = {"length": None}

    def __init__(self, length: int | None = None) -> None:
        """`length` is how many outputs there will be, which Chainer wants to be told and the inputs say."""

    def forward(self, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        for i in range(len(inputs) - 1):
            here, there = inputs[i], inputs[i + 1]
            require(here.ndim > 0, f"in_types[{i}].ndim > 0", f"{here.ndim} <= 0")
            require(
                len(here) >= len(there),
                f"in_types[{i}].shape[0] >= in_types[{i + 1}].shape[0]",
                f"{len(here)} < {len(there)}",
            )
            require_equal(f"in_types[{i}].dtype", here.dtype, f"in_types[{i + 1}].dtype", there.dtype)
            require_equal(
                f"in_types[{i}].shape[1:]", here.shape[1:], f"in_types[{i + 1}].shape[1:]", there.shape[1:]
            )
        return transposed(inputs)

    def vjp(
        self, xs: tuple[Any, ...], ys: tuple[Any, ...], gys: tuple[Any, ...], wanted: tuple[int, ...]
    ) -> tuple[Any, ...]:
        assert self.inputs is not None
        if not any(isinstance(gy, Variable) for gy in gys):
            xp = backend.get_array_module(*(gy for gy in gys if gy is not None))
            zeros = xp.zeros
        else:
            xp = next(gy for gy in gys if gy is not None).xp

            def zeros(*args: Any) -> Any:
                return Variable(xp.zeros(*args), requires_grad=False)

        lengths = [node.shape[0] for node in self.inputs]
        rest, dtype = self.inputs[0].shape[1:], self.inputs[0].dtype
        filled = []
        for t, gy in enumerate(gys):
            there = sum(length > t for length in lengths)
            filled.append(zeros((there, *rest), dtype) if gy is None else gy)
        if not filled:
            return tuple(None for _ in lengths)
        back = transpose_sequence(filled) if isinstance(filled[0], Variable) else transposed(tuple(filled))
        return (
            *back,
            *(zeros((0, *rest), dtype) for _ in lengths[len(back) :]),
        )  # of sequences without elements

    @staticmethod
    def examples(rng: Any) -> list[Example]:
        xs = tuple(rng.normal(size=(length, 2)) for length in (3, 2, 2))
        return [
            Example(lambda *xs: transpose_sequence(xs), xs),
            Example(
                lambda *xs: transpose_sequence(xs), tuple(rng.normal(size=3) for _ in range(2)), "numbers"
            ),
        ]


def transposed(xs: tuple[Any, ...]) -> tuple[Any, ...]:
    """The arrays of a batch of sequences, whose lengths don't rise, time by time."""
    xp = backend.get_array_module(*xs)
    ys, there = [], len(xs)
    for t in range(len(xs[0])):
        while there and len(xs[there - 1]) <= t:
            there -= 1
        ys.append(xp.stack([x[t] for x in xs[:there]]))
    return tuple(ys)


def transpose_sequence(xs: Any) -> Any:
    """Sequences one by one, as batches time by time; of these it gives the sequences back.

    Args:
        xs: list or tuple of variables or arrays (length, ...), the longest first.

    Returns:
        Tuple of variables: y[t] holds element t of every sequence that is long enough.

    Raises:
        InvalidType: a sequence is longer than the one before it, or of another dtype or shape.
    """
    if not len(xs):
        return ()
    return TransposeSequence().apply(xs)
