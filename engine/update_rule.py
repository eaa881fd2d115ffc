"""UpdateRule: how one parameter changes by its gradient, and what the optimizer remembers of it."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

import numpy

from . import backend, events
from .events import observers
from .hookable import Hooks
from .hyperparameter import Hyperparameter
from .parameter import Parameter
from .serializer import Deserializer

__all__ = ["UpdateRule"]

_ndarray = numpy.ndarray


_OWN_RULES = f"{__name__.rpartition('.')[0]}.optimizers."


class UpdateRule:
    """The update of one parameter; a subclass defines `update_core`, or `update_core_cpu` and `update_core_gpu`.

    Args:
        parent_hyperparam: hyperparameters to fall back on.

    Attributes:
        hyperparam: its own hyperparameters.
        enabled: whether `update` does anything.
        t: how often it was asked to update.
    """

    is_elementwise = False

    def __init__(self, parent_hyperparam: Hyperparameter | None = None) -> None:
        self._state: dict[str, Any] | None = None
        self._state_is_for: type | None = None  # the parameter's array type when the state was made or moved
        self.enabled = True
        self.hyperparam = Hyperparameter(parent_hyperparam)
        self.t = 0
        self._hooks = Hooks()
        self._use_fp32_update = False
        self._fp32_param: Parameter | None = None
        self._is_plain = True  # neither hooks nor a float32 copy: nothing to do but update_core

    @property
    def state(self) -> dict[str, Any] | None:
        """What it remembers between updates, by name; None before the first update."""
        return self._state

    def add_hook(self, hook: Callable[..., Any], name: str | None = None, timing: str = "auto") -> None:
        """Let `hook(rule, parameter)` run before or after each update of this parameter; see `Hooks.add`."""
        self._hooks.add(hook, name, timing)
        self._is_plain = False

    def remove_hook(self, name: str) -> None:
        """Take a hook out; KeyError if there is none of that name."""
        self._hooks.remove(name)

    def use_fp32_update(self, flag: bool = True) -> None:
        """Whether a float16 parameter is kept and updated in float32 behind the scenes."""
        self._use_fp32_update = flag
        self._is_plain = False
        if not flag:
            self._fp32_param = None

    # ---- update ----

    def update(self, param: Parameter) -> None:
        """Change `param` in place by its gradient.

        A parameter that is not initialized yet is passed over, one without gradient as well.
        """
        if not self.enabled:
            return
        self.t += 1
        # No name of ours for the array: who holds it besides the parameter is an observer's question.
        if param._data is None:
            return
        if self._is_plain and param._loss_scale is None:
            if type(param._data) is not self._state_is_for:
                self._prepare_state(param)
            if observers and param._grad is not None:
                self._update_observed(param, param)
            else:
                self.update_core(param)
        elif self._use_fp32_update and param._data.dtype == numpy.float16:
            self._update_in_float32(param)
        else:
            self._update_in_steps(param, param)

    def _update_in_float32(self, param: Parameter) -> None:
        master = self._fp32_param
        if master is None:
            master = self._fp32_param = Parameter(param._data.astype(numpy.float32), name=param.name)
        gradient = param._grad
        master._set_gradient(None if gradient is None else gradient.astype(numpy.float32), None)
        master._loss_scale = param._loss_scale
        self._update_in_steps(master, param)

    def _update_in_steps(self, param: Parameter, shown: Parameter) -> None:
        """The update with hooks and events; `shown` is the model's parameter, of which `param` may be a copy."""
        if param._grad is not None:
            self._make_gradient_usable(param, shown)
        self._prepare_state(param)
        self._call_hooks(self._hooks.pre, param, shown)
        if observers and param._grad is not None:
            self._update_observed(param, shown)
        else:
            self.update_core(param)
            if shown is not param:
                shown._data[...] = param._data
        self._call_hooks(self._hooks.post, param, shown)

    def _make_gradient_usable(self, param: Parameter, shown: Parameter) -> None:
        """Take the loss scale out of the gradient; that, and that it is a float32 copy, is told as a hook's work."""
        scale = param._loss_scale
        name = "loss_scaling" if scale is not None else "use_fp32_update" if shown is not param else ""
        told = bool(observers) and name
        if told:
            events.tell.GradientHooking(name, (shown,))
        if scale is not None:
            param._grad /= scale
            if shown is not param:
                shown._set_gradient(param._grad.astype(shown._data.dtype), None)
        if told:
            with _gradient_in_use(param, shown):
                events.tell.GradientHooked(name, (shown,))

    def _update_observed(self, param: Parameter, shown: Parameter) -> None:
        state = dict(self._state) if self._state else {}
        if shown is param:
            events.tell.ParameterUpdating(shown, self, state)
            self.update_core(param)
        else:
            with _gradient_in_use(param, shown):
                events.tell.ParameterUpdating(shown, self, state)
            self.update_core(param)
            shown._data[...] = param._data
        state = dict(self._state) if self._state else {}
        events.tell.ParameterUpdated(shown, self, state, self.effective_learning_rate())

    def _call_hooks(self, hooks: dict[str, Callable[..., Any]], param: Parameter, shown: Parameter) -> None:
        for name, hook in list(hooks.items()):
            if observers:
                with _gradient_in_use(param, shown):
                    events.tell.GradientHooking(name, (shown,))
            hook(self, param)
            if observers:
                with _gradient_in_use(param, shown):
                    events.tell.GradientHooked(name, (shown,))

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        own = vars(cls)
        if "update_core" in own:
            if cls.__module__.startswith(_OWN_RULES):  # one rule for all devices
                cls.update_core_cpu = cls.update_core_gpu = own["update_core"]  # type: ignore[method-assign]
        elif "update_core_cpu" in own or "update_core_gpu" in own:  # a script's variant of one of these rules
            cls.update_core = UpdateRule.update_core  # type: ignore[method-assign]

    def update_core(self, param: Parameter) -> None:
        """Change the array of `param`, which has one; its gradient may be None."""
        if isinstance(param._data, _ndarray):
            self.update_core_cpu(param)
        else:
            self.update_core_gpu(param)

    def update_core_cpu(self, param: Parameter) -> None:
        """`update_core` for NumPy arrays."""
        raise NotImplementedError(
            f"{type(self).__name__} defines neither update_core() nor update_core_cpu()"
        )

    def update_core_gpu(self, param: Parameter) -> None:
        """`update_core` for device arrays."""
        raise NotImplementedError(
            f"{type(self).__name__} defines neither update_core() nor update_core_gpu()"
        )

    def effective_learning_rate(self) -> float | None:
        """The factor on the gradient in the latest update, if the rule has one."""
        try:
            return self.hyperparam.value("lr")
        except AttributeError:
            return None

    # ---- state ----

    def init_state(self, param: Parameter) -> None:
        """Put first values into `self.state`; called before the first update."""

    def serialize(self, serializer: Any) -> None:
        """Save the state into a serializer, or load it from one.

        Raises:
            KeyError: the rule is enabled, and a part of its state is missing.
        """
        self.t = serializer("t", self.t)
        if self._state is None:
            if isinstance(serializer, Deserializer):
                self._load_state(serializer)
        else:
            for name in self._state:
                self._state[name] = serializer(name, self._state[name])

    def _load_state(self, serializer: Any) -> None:
        """Load the state of a rule that has none yet; which names it has is seen from a state for one element."""
        one = Parameter(numpy.zeros(1, numpy.float32))
        one.grad = numpy.zeros(1, numpy.float32)
        self._state = {}
        self.init_state(one)
        for name in self._state:
            try:
                value = serializer(name, None)
            except KeyError:
                if self.enabled:
                    raise
                value = None
            if value is None:  # saved before the first update
                self._state = None
                return
            self._state[name] = value
        self._state_is_for = None  # sent to where the parameter is at the next update

    def _prepare_state(self, param: Parameter) -> None:
        """Make the state before the first update; bring it to where the parameter is."""
        if self._state is None:
            self._state = {}
            self.init_state(param)
        elif type(param._data) is not self._state_is_for:
            for name, value in self._state.items():
                if backend.is_array(value):
                    self._state[name] = param.device.send(value)
        self._state_is_for = type(param._data)


@contextlib.contextmanager
def _gradient_in_use(param: Parameter, shown: Parameter) -> Iterator[None]:
    """Inside, `shown` has the gradient of `param`, its float32 copy: what is told of an update is what it uses."""
    if shown is param:
        yield
        return
    own = shown._grad
    shown._grad = param._grad
    try:
        yield
    finally:
        shown._grad = own
