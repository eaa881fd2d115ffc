"""Runs recorded ops of our engine again: forward, vector-Jacobian product, a column of the Jacobian.

Only ops that the installed engine itself defines are run. A log names a class; it is looked up among them, and its
formula must be that of the op: a script's own class of the same name is never taken for ours.
"""

from __future__ import annotations

import contextlib
import dataclasses
import importlib.util
import itertools
import math
import sys
from collections.abc import Iterator, Sequence
from types import ModuleType
from typing import Any

import numpy as np

from ..errors import CannotRerun
from ..rerun import OpCall
from .alias import ENGINE_DIRECTORY
from .bounded_memory import bounded_memory
from .op_settings import SettingsDecoder, Undecodable

__all__ = ["ComputedEngineOp", "EngineOps", "load_engine"]

_PRIVATE_NAME = "bpdebug_engine"
_MOST_PROBES = 1024
_STEP = 1e-6


def load_engine() -> ModuleType:
    """The engine, under a name that no script of the user's can have; loaded once."""
    package = sys.modules.get(_PRIVATE_NAME)
    if package is None:
        spec = importlib.util.spec_from_file_location(
            _PRIVATE_NAME,
            ENGINE_DIRECTORY / "__init__.py",
            submodule_search_locations=[str(ENGINE_DIRECTORY)],
        )
        assert spec is not None
        assert spec.loader is not None
        package = importlib.util.module_from_spec(spec)
        sys.modules[_PRIVATE_NAME] = package
        try:
            spec.loader.exec_module(package)
        except BaseException:
            del sys.modules[_PRIVATE_NAME]
            raise
    return package


class EngineOps:
    """An `OpRunner` for the ops of our engine.

    Args:
        engine: the engine package, under whatever name; by default one that is loaded when first needed.
    """

    def __init__(self, engine: ModuleType | None = None) -> None:
        self._engine_given = engine
        self._ops: dict[str, Any] = {}

    @property
    def _engine(self) -> ModuleType:
        if self._engine_given is None:
            self._engine_given = load_engine()
        return self._engine_given

    def run(self, call: OpCall, dtype: Any = None, x: Sequence[np.ndarray] | None = None) -> ComputedEngineOp:
        """See `rerun.OpRunner`."""
        cls = self._op_class(call)
        held = [_converted(array, dtype) for array in call.held]
        xs = [_converted(array, dtype) for array in (call.x if x is None else x)]
        try:
            with self._like_then(call), np.errstate(all="ignore"), _bounded(call.cls):
                return ComputedEngineOp(self._engine, lambda: self._made(cls, call.settings, held, dtype), xs)
        except Undecodable as error:
            raise CannotRerun(f"{call.cls} can't be run again: {error}") from error
        except CannotRerun:
            raise
        except Exception as error:
            said = str(error).partition("\n")[0]
            raise CannotRerun(
                f"{call.cls} can't be run again on what was recorded: {type(error).__name__}: {said}"
            ) from error

    def _op_class(self, call: OpCall) -> Any:
        if not self._ops:
            self._ops = {op.__name__: op for op in self._engine.functions.op.every_op()}
        cls = self._ops.get(call.cls)
        if cls is None or cls.formula != call.formula:
            raise CannotRerun(
                f"{call.cls} is no op of the installed engine: only the script that defines it can run it again,"
                " as bpdebug explain --script SCRIPT and bpdebug gradcheck SCRIPT have it do"
            )
        return cls

    def _made(self, cls: Any, settings: dict[str, Any], held: list[np.ndarray], dtype: Any) -> Any:
        """A fresh op with these settings (JSON)."""
        decoder = SettingsDecoder(
            held,
            _records(sys.modules[cls.__module__]),
            lambda name, inner: self._ops[name].of_settings(inner),
            self._engine.backend.CpuDevice(),
            dtype,
        )
        wanted = [name for name, _ in cls._kept]
        return cls.of_settings({name: decoder.decode(settings[name]) for name in wanted if name in settings})

    @contextlib.contextmanager
    def _like_then(self, call: OpCall) -> Iterator[None]:
        """The configuration that the recorded call had, with the graph on."""
        using = self._engine.using_config
        with (
            using("train", call.train),
            using("enable_backprop", True),
            using("debug", False),
            self._drawing_as(call.random_state),
        ):
            yield

    def _drawing_as(self, state: np.ndarray | None) -> contextlib.AbstractContextManager[None]:
        """What the op draws anew, because its settings don't hold it, is what it drew then."""
        if state is None:
            return contextlib.nullcontext()
        drawing: contextlib.AbstractContextManager[None] = self._engine.utils.random_state.drawing_again(
            state
        )
        return drawing


class ComputedEngineOp:
    """An op of the engine, computed on given arrays; a `rerun.ComputedOp`."""

    def __init__(self, engine: ModuleType, make: Any, xs: Sequence[np.ndarray]) -> None:
        self._engine = engine
        self._make = make
        self._given = xs
        self._node, self._x, self._ys = self._apply(xs)
        self.y: list[np.ndarray] = [y.array for y in self._ys]
        # A script's own function has neither of these.
        self.symmetric: tuple[int, ...] = getattr(self._node, "symmetric_x", ())
        self._has_gradients: bool = getattr(self._node, "differentiable", True)

    def _apply(self, xs: Sequence[np.ndarray]) -> tuple[Any, list[Any], Sequence[Any]]:
        node = self._make()
        variable = self._engine.Variable
        variables = [variable(_lent(node, x), requires_grad=x.dtype.kind == "f") for x in xs]
        return node, variables, node.apply(variables)

    def vjp(
        self, gy: Sequence[np.ndarray | None], wanted: Sequence[int] | None = None
    ) -> list[np.ndarray | None]:
        """See `rerun.ComputedOp`."""
        self._check_shapes(gy)
        gradients: list[np.ndarray | None] = [None] * len(self._x)
        needed = [i for i in self._differentiable() if wanted is None or i in wanted]
        if needed and self._has_gradients and any(part is not None for part in gy):
            with np.errstate(all="ignore"), _bounded(type(self._node).__name__):
                arriving = tuple(None if part is None else _lent(self._node, part) for part in gy)
                found = self._node.input_gradients(tuple(needed), arriving, None, False)
            for i, gx in zip(needed, found, strict=True):
                gradients[i] = None if gx is None else np.asarray(gx)
        return gradients

    def column(self, i: int, element: tuple[int, ...]) -> list[np.ndarray | None]:
        """See `rerun.ComputedOp`.

        The gradient of input `i` is linear in the output gradients; its own gradient with respect to them is the
        column. Where an op has no second derivatives, its rule is asked for one output element at a time, or, of
        many, the column is a central difference.
        """
        if i not in self._differentiable() or not self._has_gradients:
            return [None] * len(self.y)
        try:
            return self._column_by_second_order(i, element)
        except (RuntimeError, TypeError, AttributeError):
            if sum(y.size for y in self.y) <= _MOST_PROBES:
                return self._column_by_probes(i, element)
            return self._column_by_difference(i, element)

    def _check_shapes(self, gy: Sequence[np.ndarray | None]) -> None:
        wanted = [y.shape for y in self.y]
        given = [shape if one is None else one.shape for one, shape in zip(gy, wanted, strict=False)]
        if given != wanted or len(gy) != len(wanted):
            raise CannotRerun(
                f"{type(self._node).__name__}: output gradients of shape"
                f" {', '.join(map(str, given))} were recorded for outputs of shape {', '.join(map(str, wanted))}"
            )

    def _differentiable(self) -> list[int]:
        return [i for i, x in enumerate(self._x) if x.array.dtype.kind == "f"]

    def _column_by_second_order(self, i: int, element: tuple[int, ...]) -> list[np.ndarray | None]:
        variable = self._engine.Variable
        node, xs, ys = self._apply(self._given)
        gys = [variable(np.ones_like(y.array)) if y.array.dtype.kind == "f" else None for y in ys]
        with np.errstate(all="ignore"), _bounded(type(node).__name__):
            (gx,) = node.input_gradients((i,), tuple(gys), None, True)
            if gx is None:
                return [None] * len(gys)
            one = np.zeros_like(xs[i].array)
            one[element] = 1
            asked = [gy for gy in gys if gy is not None]
            found = iter(self._engine.grad([gx], asked, [variable(one)]))
        columns = [None if gy is None else next(found) for gy in gys]
        return [None if column is None else column.array for column in columns]

    def _column_by_probes(self, i: int, element: tuple[int, ...]) -> list[np.ndarray | None]:
        columns: list[np.ndarray | None] = []
        for k, y in enumerate(self.y):
            column = np.zeros(y.shape)
            for place in itertools.product(*map(range, y.shape)):
                gys: list[np.ndarray | None] = [np.zeros_like(other) for other in self.y]
                gys[k][place] = 1  # type: ignore[index]
                gx = self.vjp(gys, [i])[i]
                column[place] = 0.0 if gx is None else gx[element]
            columns.append(column)
        return columns

    def _column_by_difference(self, i: int, element: tuple[int, ...]) -> list[np.ndarray | None]:
        xs = self._given
        step = _STEP * max(1.0, math.fabs(float(xs[i][element])))
        sides = []
        for sign in (1, -1):
            moved = [np.array(x) if j == i else x for j, x in enumerate(xs)]
            moved[i][element] += sign * step
            sides.append([y.array for y in self._apply(moved)[2]])
        return [(after - before) / (2 * step) for after, before in zip(*sides, strict=True)]


def _lent(node: Any, array: np.ndarray) -> np.ndarray:
    """What the node is given: the script's own code may write into that, and gets a copy."""
    return array.copy() if node.foreign else array


@contextlib.contextmanager
def _bounded(name: str) -> Iterator[None]:
    """Inside, an op gets memory within reason.

    Raises:
        CannotRerun: it wants more.
    """
    try:
        with bounded_memory():
            yield
    except MemoryError as error:
        raise CannotRerun(
            f"{name} can't be run again: what the log says of it takes too much memory"
        ) from error


def _converted(array: np.ndarray, dtype: Any) -> np.ndarray:
    """A plain array; floating-point numbers in `dtype` if that is given."""
    if dtype is None or array.dtype.kind != "f":
        return np.asarray(array)
    return np.asarray(array).astype(dtype)


def _records(module: ModuleType) -> dict[str, Any]:
    """The named tuples and dataclasses that the file of an op knows: what its settings may be made of."""
    return {
        name: value
        for name, value in vars(module).items()
        if isinstance(value, type)
        and ((issubclass(value, tuple) and hasattr(value, "_fields")) or dataclasses.is_dataclass(value))
    }
