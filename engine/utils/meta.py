"""Methods that subclasses must not override."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

__all__ = ["enable_final", "final"]


def final(method: Callable[..., Any] | None = None, *, action: type = TypeError) -> Any:
    """Decorator of a method that must not be overridden; its class stands on `enable_final`.

    Args:
        method: the method.
        action: what happens when it is overridden: an exception class or a warning class.
    """

    def decorate(target: Any) -> Any:
        target.__override_action = action
        return target

    return decorate if method is None else decorate(method)


def enable_final(base: Any = (), meta_base: Any = ()) -> type:
    """A base class whose subclasses may use `final`.

    Args:
        base: class or classes that it stands on.
        meta_base: their metaclasses, where they have any.
    """
    bases = base if isinstance(base, tuple | list) else (base,)
    metas = meta_base if isinstance(meta_base, tuple | list) else (meta_base,)
    meta = type("_FinalMeta", (_Guard, *metas), {})
    return meta("base_metaclass", tuple(bases), {})


class _Guard(type):
    """Looks at each new class whether it overrides what is final."""

    def __new__(mcs, name: str, bases: tuple[type, ...], members: dict[str, Any], **kwargs: Any) -> Any:
        for member in members:
            for base in bases:
                action = getattr(getattr(base, member, None), "__override_action", None)
                if action is None:
                    continue
                if issubclass(action, Warning):
                    warnings.warn(f"Overriding method {member!r}.", action, stacklevel=2)
                else:
                    raise action(f"method {member!r} is final.")
        return super().__new__(mcs, name, bases, members, **kwargs)
