"""What the engine says about itself while it works, for whoever wants to watch.

An observer is a callable that takes one event. With no observer the engine makes one truth test (`if observers`)
where an event would be, and builds nothing. Events hold the engine's live objects and arrays: an observer that
wants to keep their content copies it before it returns, and changes nothing.

Not for storing or showing events: the engine knows nothing of logs or screens.
"""

from __future__ import annotations

import contextlib
import functools
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import numpy

__all__ = [
    "BackwardFinished",
    "BackwardStarted",
    "BackwardStepped",
    "Event",
    "Failed",
    "ForeignBackward",
    "ForeignForward",
    "ForwardFinished",
    "GradAccumulated",
    "GradientHooked",
    "GradientHooking",
    "GradsCleared",
    "HandedOut",
    "Made",
    "OptimizerSetUp",
    "ParameterUpdated",
    "ParameterUpdating",
    "Reported",
    "ScopeEntered",
    "ScopeExited",
    "UpdateFinished",
    "UpdateStarted",
    "emit",
    "hand_out",
    "observe",
    "observers",
    "tell",
    "unobserved",
]


@dataclass(slots=True)
class Event:
    """Base of all events."""


@dataclass(slots=True)
class ScopeEntered(Event):
    """A link is about to be called with `args` and `kwargs`."""

    link: Any
    args: tuple[Any, ...]
    kwargs: dict[str, Any]


@dataclass(slots=True)
class ScopeExited(Event):
    """The call of `link` is over; `failed` if an exception leaves it."""

    link: Any
    failed: bool


@dataclass(slots=True)
class ForeignForward(Event):
    """Code outside the engine is about to compute `node` from `x_arrays`, into which it may write.

    `x` and `during` are as for `ForwardFinished`, which follows unless the code fails.
    """

    node: Any
    x: tuple[Any, ...]
    x_arrays: tuple[Any, ...]
    during: Any


@dataclass(slots=True)
class ForeignBackward(Event):
    """Code outside the engine is about to compute the vector-Jacobian product of `node`.

    It may write into the output gradients `gy` (arrays or None) and into what the node keeps. `BackwardStepped`
    follows unless the code fails.
    """

    node: Any
    gy: tuple[Any, ...]


@dataclass(slots=True)
class ForwardFinished(Event):
    """`node` has computed `y` from `x`.

    `x` are the input variable nodes and `x_arrays` their arrays; `y` the output variables (as tuple of Variable)
    and `y_arrays` theirs. `in_graph` tells whether a backward walk can reach the node. `during` is the function
    node whose backward rule called this op, or None. `node.random_state` is the
    random state before the op drew numbers (None for ops that draw none). Duration in nanoseconds: until the call
    returned, which of work on a device says nothing; then `timer`, a stopped `backends.device_timer.DeviceTimer`, tells
    it later (None on the host).
    """

    node: Any
    x: tuple[Any, ...]
    x_arrays: tuple[Any, ...]
    y: tuple[Any, ...]
    y_arrays: tuple[Any, ...]
    in_graph: bool
    during: Any
    duration_ns: int
    timer: Any = None


@dataclass(slots=True)
class BackwardStarted(Event):
    """A walk begins at `roots` (variable nodes) with the arrays `seeds` as their gradients.

    `node_count` is the number of function nodes that the walk is to visit; `call` is `backward` or `grad`.
    """

    roots: tuple[Any, ...]
    root_arrays: tuple[Any, ...]
    seeds: tuple[Any, ...]
    node_count: int
    double: bool
    call: str


@dataclass(slots=True)
class BackwardFinished(Event):
    """The walk is over; `failed` if an exception ended it."""

    failed: bool


@dataclass(slots=True)
class BackwardStepped(Event):
    """The vector-Jacobian product of `node`: output gradients `gy` came in, input gradients `gx` went out.

    One entry an output and one an input, arrays or None. `x` are the input variable nodes, `y` the output
    variable nodes (or None where an output is dead). `gx` is this node's own contribution, before it is added to
    what other consumers gave. For `timer` see `ForwardFinished`.

    It is made from the gradients that the walk has, in any sequences: from variables and numbers, too.
    """

    node: Any
    x: tuple[Any, ...]
    y: tuple[Any, ...]
    gy: tuple[Any, ...]
    gx: tuple[Any, ...]
    duration_ns: int
    timer: Any = None

    def __post_init__(self) -> None:
        self.y = tuple(self.y)
        self.gy, self.gx = arrays_of(self.gy), arrays_of(self.gx)


@dataclass(slots=True)
class GradAccumulated(Event):
    """`variable` (a variable node) held the gradient `before` (or None); adding `contribution` made it `after`.

    Where a variable forks in the graph, and where the `.grad` of a parameter or another leaf is written.
    `node` is the function node that contributed (None for the seed).
    """

    variable: Any
    before: Any
    contribution: Any
    after: Any
    node: Any


@dataclass(slots=True)
class GradsCleared(Event):
    """The gradients of `parameters` were set to None, or to zeros."""

    parameters: tuple[Any, ...]
    zeroed: bool


@dataclass(slots=True)
class Made(Event):
    """`thing`, a link, a parameter or an optimizer, has been constructed (or begins to be, by a subclass)."""

    thing: Any


@dataclass(slots=True)
class OptimizerSetUp(Event):
    """`optimizer` will update the parameters of `link`."""

    optimizer: Any
    link: Any


@dataclass(slots=True)
class UpdateStarted(Event):
    """`optimizer` begins to update `parameters`; `t` is the step count that this update makes."""

    optimizer: Any
    t: int
    parameters: tuple[Any, ...]


@dataclass(slots=True)
class UpdateFinished(Event):
    """The update is over."""

    optimizer: Any
    failed: bool


@dataclass(slots=True)
class GradientHooking(Event):
    """A hook (weight decay, clipping ...) is about to work on the gradients of `parameters`."""

    hook: str
    parameters: tuple[Any, ...]


@dataclass(slots=True)
class GradientHooked(Event):
    """The hook is done; whose gradient it changed shows from their content."""

    hook: str
    parameters: tuple[Any, ...]


@dataclass(slots=True)
class ParameterUpdating(Event):
    """`rule` is about to update `parameter` in place, with its gradient as it is now.

    `state` maps the names of the optimizer's state (`m`, `v`, ...) to arrays or numbers.
    """

    parameter: Any
    rule: Any
    state: dict[str, Any]


@dataclass(slots=True)
class ParameterUpdated(Event):
    """`rule` has updated `parameter`; `lr` is the effective learning rate as a float, or None."""

    parameter: Any
    rule: Any
    state: dict[str, Any]
    lr: float | None


@dataclass(slots=True)
class Reported(Event):
    """The script reported `value` (number, array or variable) under the full name `name`."""

    name: str
    value: Any


@dataclass(slots=True)
class HandedOut(Event):
    """Code outside the engine gets hold of `array`, and may write into it from now on.

    The engine's own ops write only into arrays that they have just made, and its other code (hooks, update rules,
    what loads and copies) only into those that it announces: between two events an array of at least `HANDED_OUT_BYTES`
    (on a device of any size) that the engine made, that isn't a view, and that was never handed out, stays as it is.
    """

    array: Any


@dataclass(slots=True)
class Failed(Event):
    """An exception left the forward or backward of `node`, whose inputs were `arrays`."""

    node: Any
    arrays: tuple[Any, ...]
    error: BaseException
    during: str


Observer = Callable[[Event], None]

observers: list[Observer] = []
"""Who is told: the same list all the time. Read it with a truth test before building an event; change it through
`observe` only."""

HANDED_OUT_BYTES = 1 << 12
"""Nobody is told of smaller arrays of the host that are no views: looking at them again costs less."""

tell: Any = ModuleType("tell")  # whose attributes Python finds again faster than any other object's
"""`tell.X(...)` tells all observers of an event of class `X` that is made from these, all of them, in their order.

An observer that is alone may take the fields as they are: where it has an attribute `takers`, a mapping from names of
classes to callables, the callable is given them, and no event is built. It must not raise.
"""

_told: tuple[Observer, ...] = ()
"""`observers`, as a tuple that stays what it is while an event is told."""

_ndarray = numpy.ndarray
_lock = threading.Lock()


def observe(observer: Observer) -> Callable[[], None]:
    """Tell `observer` of every event from now on.

    Returns:
        A callable that stops it; calling it twice does no harm.
    """
    with _lock:
        _change(observers.append, observer)

    stopped = False

    def stop() -> None:
        nonlocal stopped
        with _lock:
            if not stopped and observer in observers:
                _change(observers.remove, observer)
            stopped = True

    return stop


def _change(change: Callable[[Observer], None], observer: Observer) -> None:
    change(observer)
    _tell_these()


def _tell_these() -> None:
    global _told
    _told = tuple(observers)
    _choose_tellers()


@contextlib.contextmanager
def unobserved() -> Iterator[None]:
    """Inside, no observer hears of anything, whatever thread it happens in; afterwards those that were there do."""
    with _lock:
        kept = list(observers)
        observers.clear()
        _tell_these()
    try:
        yield
    finally:
        with _lock:
            observers[:] = kept
            _tell_these()


def _choose_tellers() -> None:
    takers = getattr(observers[0], "takers", {}) if len(observers) == 1 else {}
    for name in _names:
        setattr(tell, name, takers.get(name) or functools.partial(_build_and_emit, name))


def _build_and_emit(name: str, *fields: Any) -> None:
    emit(globals()[name](*fields))


def arrays_of(gradients: Sequence[Any]) -> tuple[Any, ...]:
    """The arrays of gradients, each of which is an array, a variable, a NumPy number or None."""
    return tuple([_array_of(gradient) for gradient in gradients])


def _array_of(gradient: Any) -> Any:
    if isinstance(gradient, numpy.generic):
        return numpy.asarray(gradient)
    return gradient.array if hasattr(gradient, "creator_node") else gradient


def hand_out(array: Any) -> None:
    """Tell all observers that code outside the engine may write into `array` (or None) from now on."""
    if array is None:
        return
    if array.nbytes >= HANDED_OUT_BYTES or type(array) is not _ndarray or array.base is not None:
        emit(HandedOut(array))


def raised_by_signal(error: BaseException) -> bool:
    """Whether a script's handler of a signal has raised it (a time limit, say), whatever it broke into."""
    handlers = {getattr(signal.getsignal(number), "__code__", None) for number in signal.valid_signals()}
    traceback = error.__traceback__
    while traceback is not None:
        if traceback.tb_frame.f_code in handlers:
            return True
        traceback = traceback.tb_next
    return False


def emit(event: Event) -> None:
    """Tell all observers; one that raises is detached with a warning on stderr, and the training goes on.

    Raises:
        RecursionError: there is no room on the stack to tell it: what was called fails, as it would a few calls deeper.
        Exception: of a handler of a signal, which has run meanwhile: it is no fault of the observer.
    """
    for observer in _told:
        try:
            observer(event)
        except RecursionError:
            raise
        except Exception as error:
            if raised_by_signal(error):
                raise
            with _lock:
                if observer in observers:
                    _change(observers.remove, observer)
            sys.stderr.write(
                f"engine: an observer failed on {type(event).__name__} and was detached: "
                f"{type(error).__name__}: {error}\n"
            )


_names = [
    name for name in __all__ if isinstance(globals()[name], type) and issubclass(globals()[name], Event)
]
_choose_tellers()
