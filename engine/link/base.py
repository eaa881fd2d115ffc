"""Link: a callable with parameters, the unit of which models are built."""

from __future__ import annotations

import contextlib
import copy
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import numpy

from .. import backend, events, link_hook
from ..device_resident import DeviceResident, DeviceResidentsVisitor
from ..dtypes import get_dtype
from ..events import observers
from ..initializers import NaN
from ..parameter import Parameter
from ..utils.deprecation import warn_deprecated
from .announcing import announced, announcing
from .ownership import release, take
from .saving import SavedLink

__all__ = ["Link"]

COPY_MODES = ("init", "copy", "share")


class _NoInit:
    """Stands where the names of parameters will be; asked for them, it says what the script forgot."""

    def _refuse(self, *args: Any) -> Any:
        raise RuntimeError(
            "Link.__init__() has not been called.\nSay super().__init__() at the beginning of __init__."
        )

    __contains__ = __iter__ = __len__ = _refuse

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)  # Python asks objects for many of these
        return self._refuse()


NO_INIT: Any = _NoInit()


class Link(SavedLink, link_hook.HookedLink, DeviceResident):
    """Something with parameters that is called on variables; a subclass defines `forward`.

    Parameters that are assigned to attributes inside `with self.init_scope():` belong to the link.

    Args:
        params: names of parameters, each with its shape or a pair (shape, dtype).

    Attributes:
        name: the attribute of the link that holds this one, or its index in a list; None at the top.
    """

    name: str | None = None
    _owner: Any = None
    _within_init_scope = False
    forward: Callable[..., Any]  # what a subclass defines
    _params: set[str] = NO_INIT
    _persistent: set[str] = NO_INIT

    def __init__(self, **params: Any) -> None:
        self._params = set()
        self._persistent = set()
        self.name = None
        if observers:
            events.tell.Made(self)
        for name, shape in params.items():
            dtype = None
            if isinstance(shape, tuple) and len(shape) == 2 and isinstance(shape[0], tuple):
                shape, dtype = shape
            self.add_param(name, shape, get_dtype(dtype))

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "__call__" in cls.__dict__:
            cls.__call__ = announcing(cls.__dict__["__call__"])  # type: ignore[method-assign]

    @classmethod
    def from_params(cls, *args: Any, **kwargs: Any) -> Link:
        """A link around given parameters, for the classes that have such a way.

        Raises:
            NotImplementedError: this class has none.
        """
        raise NotImplementedError(f"{cls.__name__} does not implement `from_params`.")

    # ---- calling ----

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call `forward`; observers are told when it begins and ends."""
        call = self.forward
        if link_hook.installed or self._link_hooks:
            call = link_hook.hooked(call, self)
        if observers and type(self).__call__ is Link.__call__:
            return announced(call, self, args, kwargs)
        return call(*args, **kwargs)

    # ---- parameters ----

    @property
    def within_init_scope(self) -> bool:
        """Whether an assignment registers a parameter or a link right now."""
        return self._within_init_scope

    @contextlib.contextmanager
    def init_scope(self) -> Iterator[None]:
        """Inside this `with` block, parameters (and, in a chain, links) assigned to attributes are registered.

        Raises:
            RuntimeError: `Link.__init__` was not called.
        """
        len(self._params)  # raises if there are none yet
        before = self._within_init_scope
        self._within_init_scope = True
        try:
            yield
        finally:
            self._within_init_scope = before

    def __setattr__(self, name: str, value: Any) -> None:
        registered = self.__dict__.get("_params")
        if registered is not None and (self._within_init_scope or name in registered):
            self._take_parameter(name, value)
        object.__setattr__(self, name, value)

    def _take_parameter(self, name: str, value: Any) -> None:
        before = self.__dict__.get(name)
        if isinstance(before, Parameter) and before is not value:
            release(self, before)
        if isinstance(value, Parameter):
            take(self, value, name)
            value.to_device(self.device)
            self._params.add(name)
            self._persistent.discard(name)
        else:
            self._params.discard(name)

    def __delattr__(self, name: str) -> None:
        value = self.__dict__.get(name)
        if isinstance(value, Parameter):
            release(self, value)
        self._params.discard(name)
        self._persistent.discard(name)
        object.__delattr__(self, name)

    def add_param(
        self,
        name: str,
        shape: int | tuple[int, ...] | None = None,
        dtype: Any = numpy.float32,
        initializer: Any = None,
    ) -> None:
        """Make a parameter and register it; `init_scope` does the same with an assignment.

        Args:
            name: its attribute.
            shape: None when it is not known yet.
            dtype: of its array, if no initializer is given.
            initializer: see `Parameter`; None for NaN.

        Raises:
            AttributeError: the link has that attribute already.
        """
        if name in self.__dict__:
            raise AttributeError(f"cannot register a new parameter {name}: attribute exists")
        if initializer is None:
            initializer = NaN(dtype)
        with self.init_scope():
            setattr(self, name, Parameter(initializer, shape))

    def add_persistent(self, name: str, value: Any) -> None:
        """Register a value that is saved and moved with the link, but not learnt.

        Raises:
            AttributeError: the link has that attribute already.
        """
        if name in self.__dict__:
            raise AttributeError(f"cannot register a new persistent value {name}: attribute exists")
        self._persistent.add(name)
        self._params.discard(name)
        object.__setattr__(self, name, value)

    def register_persistent(self, name: str) -> None:
        """Let an attribute be saved and moved with the link.

        Raises:
            AttributeError: there is no such attribute.
        """
        if not hasattr(self, name):
            raise AttributeError(f"cannot register non-existent attribute {name} as a persistent value")
        self._persistent.add(name)
        self._params.discard(name)

    def params(self, include_uninit: bool = True) -> Iterator[Parameter]:
        """All parameters of this link and of the links in it, by name."""
        return iter(self._all_params(include_uninit))

    def _all_params(self, include_uninit: bool) -> list[Parameter]:
        values = self.__dict__
        found: list[Parameter] = [values[name] for name in sorted(self._params)]
        return found if include_uninit else [param for param in found if param._data is not None]

    def namedparams(self, include_uninit: bool = True) -> Iterator[tuple[str, Parameter]]:
        """Pairs of path, such as `/l1/W`, and parameter, in the order of `params()`."""
        values = self.__dict__
        for name in sorted(self._params):
            if include_uninit or values[name]._data is not None:
                yield "/" + name, values[name]

    def links(self, skipself: bool = False) -> Iterator[Link]:
        """This link and all links in it, from the outside inwards."""
        if not skipself:
            yield self

    def namedlinks(self, skipself: bool = False) -> Iterator[tuple[str, Link]]:
        """Pairs of path, such as `/l1`, and link; this link itself is `/`."""
        if not skipself:
            yield "/", self

    def children(self) -> Iterator[Link]:
        """The links directly in this one."""
        return iter(())

    def count_params(self) -> int:
        """The number of elements of all parameters; warns of those that have no shape yet."""
        count = 0
        for name, param in self.namedparams():
            if param.array is None:
                warnings.warn(
                    f"Parameter '{name}' has not been initialized, so the resulting count will not include "
                    "the number of parameters in it.",
                    stacklevel=2,
                )
            else:
                count += param.size
        return count

    # ---- gradients and updates ----

    def cleargrads(self) -> None:
        """Forget the gradients of all parameters; to be called before `backward()`."""
        params = tuple(self.params())
        for param in params:
            param._clear_gradient()
        if observers:
            events.tell.GradsCleared(params, False)

    def zerograds(self) -> None:
        """Set the gradients of all parameters to zeros; `cleargrads` is what to call today."""
        warn_deprecated("Link.zerograds", "use Link.cleargrads")
        params = tuple(self.params())
        for param in params:
            param._zero_gradient()
        if observers:
            events.tell.GradsCleared(params, True)

    def addgrads(self, link: Link) -> None:
        """Add the gradients of a link of the same structure to those of this one."""
        others = dict(link.namedparams())
        for name, param in self.namedparams():
            param.addgrad(self._counterpart_in(others, name, link))

    def copyparams(self, link: Link, copy_persistent: bool = True) -> None:
        """Copy the parameters, and other registered values, of a link of the same structure into this one."""
        values, others = self.__dict__, link.__dict__
        for name in sorted(self._params):
            values[name].copydata(self._counterpart_in(others, name, link))
        if copy_persistent:
            for name in sorted(self._persistent):
                value = self._counterpart_in(others, name, link)
                if backend.is_array(values[name]):
                    backend.copyto(values[name], value)
                else:
                    values[name] = copy.deepcopy(value)

    def _counterpart_in(self, others: dict[str, Any], name: str, link: Link) -> Any:
        if name not in others:
            raise KeyError(
                f"{type(self).__name__} has {name!r}, but {type(link).__name__} has not: the links differ in structure"
            )
        return others[name]

    @property
    def update_enabled(self) -> bool:
        """Whether an optimizer changes at least one of its parameters."""
        return any(param.update_rule is not None and param.update_rule.enabled for param in self.params())

    def enable_update(self) -> None:
        """Let an optimizer change its parameters again."""
        self._set_update(True)

    def disable_update(self) -> None:
        """Keep its parameters as they are: `optimizer.update()` passes them over."""
        self._set_update(False)

    def _set_update(self, enabled: bool) -> None:
        for param in self.params():
            if param.update_rule is not None:
                param.update_rule.enabled = enabled

    # ---- devices ----

    def device_resident_accept(self, visitor: DeviceResidentsVisitor) -> None:
        super().device_resident_accept(visitor)
        values = self.__dict__
        for name in sorted(self._params):
            visitor.visit_variable(values[name])
        for name in sorted(self._persistent):
            if backend.is_array(values.get(name)):
                values[name] = visitor.visit_array(values[name])

    # ---- copies ----

    def copy(self, mode: str = "share") -> Any:
        """Copy the link and all links in it.

        Args:
            mode: `share`: new parameters with the same arrays; `copy`: with copies of them; `init`: with new ones
                of the same shapes, filled by the initializers.

        Raises:
            ValueError: another mode.
        """
        if mode not in COPY_MODES:
            raise ValueError(
                f"The 'mode' argument should be either 'init','copy', or 'share'. But {mode} was given."
            )
        if mode == "share":
            return self._share()
        twin = copy.deepcopy(self)
        if mode == "init":
            twin._initialize_anew()
        return twin

    def _initialize_anew(self) -> None:
        """Fill all parameters that have a shape by their initializers."""
        for param in self.params(include_uninit=False):
            if backend.is_array(param.initializer):
                raise TypeError(
                    f"copy(mode='init'): parameter {param.name} was made from an array, so nothing says how "
                    "to initialize it anew; give it an initializer, or use mode='copy'"
                )
            param.initialize(param.shape)

    def _share(self) -> Any:
        twin = self.__copy__()
        twin._params = set(self._params)
        twin._persistent = set(self._persistent)
        for name in twin._params:
            param = copy.copy(twin.__dict__[name])
            param._set_gradient(None, None)
            twin.__dict__[name] = param
            take(twin, param, name)
        twin.name = None
        return twin

    def repeat(self, n_repeat: int, mode: str = "init") -> Any:
        """A `Sequential` of copies of this link.

        Args:
            n_repeat: how many.
            mode: as in `copy`.
        """
        from ..sequential import Sequential

        return Sequential(*[self.copy(mode) for _ in range(n_repeat)])

    def __copy__(self) -> Any:
        twin = type(self).__new__(type(self))
        twin.__dict__.update(self.__dict__)
        twin.__dict__["_owner"] = None
        return twin

    def __getstate__(self) -> dict[str, Any]:
        state = self.__dict__.copy()
        state.pop("_owner", None)  # a weak reference, which the owner's own state restores
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._adopt()

    def _adopt(self) -> None:
        """Become the owner of what this link holds, after a copy."""
        for name in self._params:
            take(self, self.__dict__[name], name)

    # ---- as people see it ----

    @property
    def printable_specs(self) -> Any:
        """Pairs of name and value that `str(link)` shows."""
        return ()

    def __str__(self) -> str:
        specs = ", ".join(f"{name}={value}" for name, value in self.printable_specs)
        return f"{type(self).__name__}({specs})"


def params_of(link: Link, include_uninit: bool) -> Any:
    """`link.params()`, without an iterator where the class leaves that method as it is."""
    if type(link).params is Link.params:
        return link._all_params(include_uninit)
    return link.params(include_uninit)
