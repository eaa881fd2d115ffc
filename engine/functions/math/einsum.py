"""einsum: sums of products of elements, after Einstein's convention."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ... import backend
from ...utils.type_check import InvalidType, require_float
from ...variable import Variable
from .. import either
from ..op import Example, Op
from .subscripts import Subscripts, parse

__all__ = ["einsum"]

_WORTH_A_PLAN = 4096


class EinSum(Op):
    """y = the sum, over all letters that y doesn't have, of the products of the elements that the letters name."""

    op_name = "einsum"
    y_roles = ("y",)
    formula = (
        "y = sum of the products of the x, over each letter that isn't among those of y;  "
        "gx = sum of the products of gy and the other x, over each letter that isn't among those of this x"
    )

    def __init__(self, in_subs: str, out_sub: str) -> None:
        self.in_subs = in_subs
        self.out_sub = out_sub
        self.subscripts = Subscripts.of(in_subs, out_sub)
        self.retained_x = tuple(range(len(self.subscripts.inputs)))

    @property
    def label(self) -> str:
        return "EinSum"

    def attributes(self) -> dict[str, Any]:
        return {"subscripts": str(self.subscripts)}

    def forward(self, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        for i, x in enumerate(inputs):
            require_float(f"x{i}", x)
        self.letters = self.subscripts.fitted([x.ndim for x in inputs])
        _check_lengths(self.letters.inputs, inputs)
        return (_computed(str(self.letters), inputs),)

    def vjp(
        self, xs: tuple[Any, ...], ys: tuple[Any, ...], gys: tuple[Any, ...], wanted: tuple[int, ...]
    ) -> tuple[Any, ...]:
        return tuple(self._gradient(i, xs, gys[0]) if i in wanted else None for i in range(len(xs)))

    def _gradient(self, i: int, xs: tuple[Any, ...], gy: Any) -> Any:
        own = self.letters.inputs[i]
        names = (*self.letters.inputs[:i], self.letters.output, *self.letters.inputs[i + 1 :])
        arrays = (*xs[:i], gy, *xs[i + 1 :])
        others = {letter for j, letters in enumerate(names) if j != i for letter in letters} | set(
            self.letters.output
        )
        kept = tuple(letter for letter in dict.fromkeys(own) if letter in others)
        gx = _applied(Subscripts(names, kept), arrays)
        x = xs[i]
        # Letters of this input alone were summed over: gy goes to all their elements. A letter that stands twice
        # took the diagonal: gy goes back there, and nowhere else.
        first = {letter: own.index(letter) for letter in own}
        shape = tuple(
            length if letter in kept and first[letter] == axis else 1
            for axis, (letter, length) in enumerate(zip(own, x.shape, strict=True))
        )
        gx = either.broadcast_to(either.reshape(gx, shape), x.shape)
        if len(first) < len(own):
            gx = gx * _on_diagonal(own, first, either.array_of(x))
        return either.cast(gx, x.dtype)

    @staticmethod
    def examples(rng: Any) -> list[Example]:
        a, b, c = rng.normal(size=(2, 3)), rng.normal(size=(3, 4)), rng.normal(size=(4, 2))
        square, stack = rng.normal(size=(3, 3)), rng.normal(size=(2, 3, 3))

        def example(subscripts: str, *xs: Any) -> Example:
            return Example(lambda *xs: einsum(subscripts, *xs), xs, subscripts)

        return [
            example("ij,jk->ik", a, b),
            example("ij,jk,kl->li", a, b, c),
            example("ij->j", a),
            example("ii", square),
            example("...ii->...i", stack),
            example("iji,i->j", rng.normal(size=(2, 3, 2)), rng.normal(size=2)),
            example("...i,...i", a, rng.normal(size=(2, 3))),
        ]


def _check_lengths(inputs: Sequence[Any], arrays: Sequence[Any]) -> None:
    """Raise unless a letter has the same length wherever it stands."""
    lengths: dict[Any, tuple[int, str]] = {}
    for i, (letters, x) in enumerate(zip(inputs, arrays, strict=True)):
        for axis, letter in enumerate(letters):
            name = f"x{i}.shape[{axis}]"
            length, where = lengths.setdefault(letter, (x.shape[axis], name))
            if length != x.shape[axis]:
                raise InvalidType(f"{where} == {name}", f"{length} != {x.shape[axis]}")


def _computed(text: str, arrays: Sequence[Any]) -> Any:
    xp = backend.get_array_module(*arrays)
    # Planning products for BLAS takes 20 us, which small operands don't earn back.
    plan = len(arrays) > 1 and sum(array.size for array in arrays) > _WORTH_A_PLAN
    y = xp.einsum(text, *arrays, optimize=plan)
    return xp.array(y) if any(y is x or y.base is not None for x in arrays) else y


def _applied(subscripts: Subscripts, arrays: Sequence[Any]) -> Any:
    if any(isinstance(array, Variable) for array in arrays):
        return EinSum(subscripts.in_subs, subscripts.out_sub).apply(arrays)[0]
    return _computed(str(subscripts), arrays)


def _on_diagonal(letters: Sequence[Any], first: dict[Any, int], x: Any) -> Any:
    """1 where all axes of one letter have the same index, else 0; of the shape and dtype of x."""
    xp = backend.get_array_module(x)
    mask = xp.ones(x.shape, x.dtype)
    for axis, letter in enumerate(letters):
        if first[letter] != axis:
            sides = []
            for one in (axis, first[letter]):
                shape = [1] * x.ndim
                shape[one] = x.shape[one]
                sides.append(xp.arange(x.shape[one]).reshape(shape))
            mask = mask * (sides[0] == sides[1])
    return mask


def einsum(*operands: Any) -> Variable:
    """Sums of products of elements, as `numpy.einsum` writes them.

    Args:
        operands: the subscripts (`"ij,jk->ik"`), then variables or arrays of floats; or each of these followed by
            its list of numbers instead of letters, and last the list of the output's. `...` (`Ellipsis`) stands for
            all axes that have no letter; these must be equal in all operands.

    Returns:
        Variable; without `->`, its axes are the letters that stand once, in alphabetical order.

    Raises:
        InvalidType: an operand holds no floats, or one letter has two lengths.
        ValueError: the subscripts don't fit the operands.
    """
    subscripts, arrays = parse(operands)
    return EinSum(subscripts.in_subs, subscripts.out_sub).apply(arrays)[0]
