"""One test class written down, several made of it: what `parameterize` and `inject_backend_tests` share.

The made classes go into the module of the class that they are made of, where a test runner finds them. The name of
the class itself stands for all of them, so that a further decorator multiplies them again.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from typing import Any

__all__ = ["Bundle", "for_each_case", "multiplied"]


class Bundle:
    """What the decorated name stands for: the classes that were made.

    Attributes:
        cases: those classes.
    """

    def __init__(self, cases: list[Any]) -> None:
        self.cases = cases


def multiplied(variants: Callable[[Any], Iterable[tuple[str, dict[str, Any]]]]) -> Callable[[Any], Bundle]:
    """A class decorator that makes several classes of one.

    Args:
        variants: gives, for a class, the name and the members of each class to make.
    """

    def decorate(case_or_bundle: Any) -> Bundle:
        bases = case_or_bundle.cases if isinstance(case_or_bundle, Bundle) else [case_or_bundle]
        made: list[type] = []
        for base in bases:
            module = vars(sys.modules[base.__module__])
            held = module.get(base.__name__)
            if held is not None and held is base:
                del module[base.__name__]
            for name, members in variants(base):
                members |= {"__module__": base.__module__, "__doc__": base.__doc__, "__qualname__": name}
                case: Any = type(name, (base,), members)
                module[name] = case
                made.append(case)
        return Bundle(made)

    return decorate


def for_each_case(decorator: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """`decorator`, which takes functions and classes, made to take a bundle, too: each class of it is decorated."""

    def decorate(target: Any) -> Any:
        if not isinstance(target, Bundle):
            return decorator(target)
        target.cases = [decorator(case) for case in target.cases]
        for case in target.cases:
            setattr(sys.modules[case.__module__], case.__name__, case)
        return target

    return decorate


def test_methods(case: type) -> list[str]:
    """Names of the methods of a class that a test runner calls."""
    return [name for name in dir(case) if name.startswith("test") and callable(getattr(case, name))]
