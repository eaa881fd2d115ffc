"""Optimizer: changes all parameters of a link by their gradients, once a call of `update`."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

from . import events
from .events import observers
from .hookable import Hooks
from .hyperparameter import Hyperparameter, HyperparameterProxy
from .link import Link
from .parameter import Parameter
from .update_rule import UpdateRule
from .utils.deprecation import warn_deprecated

__all__ = ["GradientMethod", "Hyperparameter", "HyperparameterProxy", "Optimizer", "UpdateRule"]


class Optimizer:
    """Base of optimizers; a subclass defines `update`.

    Attributes:
        target: the link whose parameters it changes; None before `setup`.
        t: how many updates it has made.
        epoch: how many epochs it was told of.
        use_auto_new_epoch: whether a training loop, and not the script, calls `new_epoch`.
    """

    target: Any = None
    t = 0
    epoch = 0
    use_auto_new_epoch = False
    _hooks: Hooks | None = None
    _loss_scale: float | None = None
    _loss_scale_max = 65504  # the largest float16
    _loss_scaling_is_dynamic = False
    _loss_scaling_multiplier = 1.0
    _loss_scaling_isnan = False
    _loss_scaling_isnan_ever = False

    def setup(self, link: Link) -> Any:
        """Take over the parameters of `link`, and begin anew.

        Returns:
            This optimizer.

        Raises:
            TypeError: `link` is no link.
        """
        if not isinstance(link, Link):
            raise TypeError(f"optimization target must be a link, not {type(link).__name__}")
        self.target = link
        self.t = 0
        self.epoch = 0
        self._hooks = Hooks()
        self._prepare(link)
        if observers:
            events.tell.OptimizerSetUp(self, link)
        return self

    def _prepare(self, link: Link) -> None:
        """What a kind of optimizer does at its setup."""

    def update(self, lossfun: Callable[..., Any] | None = None, *args: Any, **kwds: Any) -> None:
        """Change the parameters.

        Args:
            lossfun: if given: computes the loss from `args` and `kwds`; gradients are cleared and computed first.
        """
        raise NotImplementedError(f"{type(self).__name__} doesn't define update()")

    def new_epoch(self, auto: bool = False) -> None:
        """Count an epoch.

        Args:
            auto: whether a training loop calls it; it must have set `use_auto_new_epoch` then.

        Raises:
            RuntimeError: both the script and the training loop count epochs.
        """
        if auto and not self.use_auto_new_epoch:
            raise RuntimeError(
                "invalid new_epoch call with auto=True.\n"
                "Fix the updater to set optimizer.use_auto_new_epoch = True."
            )
        if not auto and self.use_auto_new_epoch:
            raise RuntimeError(
                "duplicated new_epoch with the updater.\n"
                "Pass auto_new_epoch=False to the updater or stop calling new_epoch outside the updater."
            )
        self.epoch += 1

    def serialize(self, serializer: Any) -> None:
        """Save into a serializer, or load from one; hyperparameters are not saved."""
        self.t = serializer("t", self.t)
        self.epoch = serializer("epoch", self.epoch)

    # ---- hooks ----

    def add_hook(self, hook: Callable[..., Any], name: str | None = None, timing: str = "auto") -> None:
        """Let a hook run before or after each update.

        It is called with this optimizer, or, if it has a true attribute `call_for_each_param`, with the rule and
        the parameter, for each parameter. See `Hooks.add` for the arguments and what is raised.

        Raises:
            RuntimeError: called before `setup`.
        """
        self._checked_hooks().add(hook, name, timing)

    def remove_hook(self, name: str) -> None:
        """Take a hook out; KeyError if there is none of that name."""
        self._checked_hooks().remove(name)

    def call_hooks(self, timing: str = "pre") -> None:
        """Call all hooks of a timing, `pre` or `post`, in the order in which they were added."""
        if timing not in ("pre", "post"):
            raise ValueError(f"timing must be either 'pre' or 'post', not {timing!r}")
        hooks = self._checked_hooks()
        for name, hook in list((hooks.pre if timing == "pre" else hooks.post).items()):
            if observers:
                params = tuple([param for param in self.target.params() if param._grad is not None])
                events.tell.GradientHooking(name, params)
                self.call_hook(hook)
                events.tell.GradientHooked(name, params)
            else:
                self.call_hook(hook)

    def call_hook(self, hook: Callable[..., Any]) -> None:
        """Call one hook."""
        if getattr(hook, "call_for_each_param", False):
            for param in self.target.params():
                hook(param.update_rule, param)
        else:
            hook(self)

    @property
    def _pre_update_hooks(self) -> dict[str, Callable[..., Any]]:
        """Hooks by name, under the name by which scripts look at them in Chainer; so the next one."""
        return self._checked_hooks().pre

    @property
    def _post_update_hooks(self) -> dict[str, Callable[..., Any]]:
        return self._checked_hooks().post

    def _checked_hooks(self) -> Hooks:
        if self._hooks is None:
            raise RuntimeError("Optimizer is not set up. Call `setup` method.")
        return self._hooks

    # ---- loss scaling: float16 gradients are too small for their dtype unless the loss is made larger ----

    def loss_scaling(self, interval: int = 1000, scale: float | None = None) -> None:
        """Let `update(lossfun, ...)` multiply the loss, and divide the gradients again.

        Args:
            interval: in how many updates the factor doubles, once a gradient was too large.
            scale: the factor; None: it grows until gradients become inf or NaN, then shrinks and grows slowly.
        """
        self._loss_scaling_is_dynamic = scale is None
        self._loss_scale = 1.0 if scale is None else scale
        self._loss_scaling_multiplier = 2.0 ** (1.0 / interval)
        self._loss_scaling_isnan_ever = False

    def set_loss_scale(self, loss_scale: float) -> None:
        """An older name for `loss_scaling(scale=loss_scale)`."""
        self.loss_scaling(scale=loss_scale)

    def check_nan_in_grads(self) -> None:
        """Note, with dynamic loss scaling, whether a gradient holds an inf or a NaN.

        Then there is a `UserWarning`, and the next update leaves the parameters as they are.
        """
        self._loss_scaling_isnan = False
        if not self._loss_scaling_is_dynamic:
            return
        for name, param in self.target.namedparams():
            if param._grad is not None and not bool(param.xp.isfinite(param._grad).all()):
                self._loss_scaling_isnan = self._loss_scaling_isnan_ever = True
                warnings.warn(
                    f"the gradient of {name} isn't finite (iteration {self.t}, loss scale {self._loss_scale}): this "
                    "update is left out, and the scale gets smaller",
                    stacklevel=2,
                )

    def is_safe_to_update(self) -> bool:
        """Whether all gradients were finite, as far as that is looked at."""
        return not self._loss_scaling_isnan

    def update_loss_scale(self) -> None:
        """Adapt the factor on the loss, if it is dynamic."""
        if not self._loss_scaling_is_dynamic or self._loss_scale is None:
            return
        if self._loss_scaling_isnan:
            factor = 0.5
        else:
            factor = self._loss_scaling_multiplier if self._loss_scaling_isnan_ever else 2.0
        self._loss_scale = max(1, min(self._loss_scale_max, self._loss_scale * factor))


class GradientMethod(Optimizer):
    """Base of optimizers that update each parameter by a rule of its own.

    A subclass defines `create_update_rule`.

    Attributes:
        hyperparam: what all rules fall back on.
    """

    _use_cleargrads = True
    _use_fp32_update = False

    def __init__(self) -> None:
        super().__init__()
        self.hyperparam = Hyperparameter()
        if observers:
            events.tell.Made(self)

    def _prepare(self, link: Link) -> None:
        for param in link.params():
            rule = param.update_rule = self.create_update_rule()
            if self._use_fp32_update:
                rule.use_fp32_update()

    def create_update_rule(self) -> UpdateRule:
        """A new rule for one parameter."""
        raise NotImplementedError(f"{type(self).__name__} doesn't define create_update_rule()")

    def serialize(self, serializer: Any) -> None:
        super().serialize(serializer)
        for name, param in self.target.namedparams():
            if param.update_rule is not None:
                param.update_rule.serialize(serializer[name])

    def use_cleargrads(self, use: bool = True) -> None:
        """Whether `update(lossfun, ...)` sets gradients to None first, as it does anyway, or to zeros."""
        warn_deprecated("GradientMethod.use_cleargrads", "gradients are cleared without it")
        self._use_cleargrads = use

    def use_fp32_update(self, flag: bool = True) -> None:
        """Whether float16 parameters are kept and updated in float32 behind the scenes."""
        self._use_fp32_update = flag
        if self.target is not None:
            for param in self.target.params():
                if param.update_rule is not None:
                    param.update_rule.use_fp32_update(flag)

    def reallocate_cleared_grads(self) -> None:
        """Give every initialized parameter without gradient one of zeros.

        So momentum and decay go on for a parameter that the latest loss didn't depend on.
        """
        _allocate(self.target.params())

    def call_hook(self, hook: Callable[..., Any]) -> None:
        super().call_hook(hook)
        self.reallocate_cleared_grads()

    def update(self, lossfun: Callable[..., Any] | None = None, *args: Any, **kwds: Any) -> None:
        """Change the parameters by their gradients.

        Args:
            lossfun: if given: the loss is computed from `args` and `kwds`, gradients are cleared, and the backward
                pass computes them, before the update.

        Raises:
            RuntimeError: called before `setup`.
        """
        if self.target is None:
            raise RuntimeError("Optimizer is not set up. Call `setup` method.")
        if lossfun is not None:
            loss = lossfun(*args, **kwds)
            if self._use_cleargrads:
                self.target.cleargrads()
            else:
                self.target.zerograds()
            loss.backward(loss_scale=self._loss_scale)
            del loss  # and with it the graph, before the update needs memory
        params = tuple(self.target.params())
        if not observers:
            self._update(params)
            return
        events.tell.UpdateStarted(self, self.t + 1, params)
        done = False
        try:
            self._update(params)
            done = True
        finally:
            events.tell.UpdateFinished(self, not done)

    def _update(self, params: tuple[Parameter, ...]) -> None:
        _allocate(params)
        if self._loss_scaling_is_dynamic:
            self.check_nan_in_grads()
        hooks = self._checked_hooks()
        if hooks.pre:
            self.call_hooks("pre")
        self.t += 1
        if not self._loss_scaling_isnan:
            for param in params:
                try:
                    param.update()
                except Exception as error:
                    error.add_note(f"while {type(self).__name__} updated {_describe(param)}")
                    raise
        if hooks.post:
            self.reallocate_cleared_grads()
            self.call_hooks("post")
        if self._loss_scaling_is_dynamic:
            self.update_loss_scale()


def _allocate(params: Any) -> None:
    for param in params:
        if param._grad is None and param._data is not None:
            param._zero_gradient()


def _describe(param: Parameter) -> str:
    if param._data is None:
        return f"parameter {param.name}, which is not initialized"
    return f"parameter {param.name}: {param.dtype}{param.shape}"
