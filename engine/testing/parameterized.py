"""One test class, run with several sets of parameters."""

from __future__ import annotations

import functools
import itertools
import types
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import numpy

from .bundle import Bundle, multiplied, test_methods

__all__ = [
    "from_pytest_parameterize",
    "parameterize",
    "parameterize_pytest",
    "product",
    "product_dict",
]

_LONGEST_NAME = 250


def parameterize(*params: dict[str, Any]) -> Callable[[Any], Bundle]:
    """Class decorator: run the tests of the class once with each set of parameters.

    Args:
        params: for each run, names and values; the tests find them as attributes of `self`.
    """

    def variants(base: type) -> Iterator[tuple[str, dict[str, Any]]]:
        for number, param in enumerate(params):
            members: dict[str, Any] = {name: _as_member(value) for name, value in param.items()}
            for name in test_methods(base):
                members[name] = _noting_parameters(getattr(base, name), base.__name__, param)
            yield _class_name(base.__name__, number, param), members

    return multiplied(variants)


def parameterize_pytest(names: str | Sequence[str], values: Iterable[Any]) -> Callable[[Any], Bundle]:
    """`parameterize` with arguments as `pytest.mark.parametrize` takes them, such as `"x,y", [(1, 2), (3, 4)]`."""
    return parameterize(*from_pytest_parameterize(names, values))


def from_pytest_parameterize(names: str | Sequence[str], values: Iterable[Any]) -> list[dict[str, Any]]:
    """Arguments as `pytest.mark.parametrize` takes them, as sets of parameters.

    Raises:
        ValueError: a set of values has more or fewer than the names.
    """
    listed = [name.strip() for name in names.split(",")] if isinstance(names, str) else list(names)
    if isinstance(names, str) and len(listed) == 1:
        return [{listed[0]: value} for value in values]
    found = []
    for row in values:
        if len(row) != len(listed):
            raise ValueError(
                f"parameterize: {len(listed)} names ({', '.join(listed)}), but {len(row)} values: {row}"
            )
        found.append(dict(zip(listed, row, strict=True)))
    return found


def product(parameter: dict[str, Iterable[Any]] | Sequence[Sequence[dict[str, Any]]]) -> list[dict[str, Any]]:
    """All combinations.

    Args:
        parameter: for each name its values; or a list of lists of sets of parameters, as for `product_dict`.

    Raises:
        TypeError: neither of these.
    """
    if isinstance(parameter, dict):
        names = sorted(parameter)
        rows = itertools.product(*[parameter[name] for name in names])
        return [dict(zip(names, row, strict=True)) for row in rows]
    if isinstance(parameter, list | tuple) and all(isinstance(params, list | tuple) for params in parameter):
        return product_dict(*parameter)
    raise TypeError(
        f"product: wants a dict of lists, or a list of lists of dicts, not {type(parameter).__name__}"
    )


def product_dict(*parameters: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """All combinations of one set of parameters from each list, joined."""
    return [
        {name: value for param in row for name, value in param.items()}
        for row in itertools.product(*parameters)
    ]


def _as_member(value: Any) -> Any:
    """What to put into a class so that `self.name` gives `value`: a function must not become a method."""
    return staticmethod(value) if isinstance(value, types.FunctionType) else value


def _noting_parameters(
    method: Callable[..., Any], class_name: str, param: dict[str, Any]
) -> Callable[..., Any]:
    """The test, which on failure says with which parameters."""

    @functools.wraps(method)
    def run(self: Any, *args: Any, **kwargs: Any) -> Any:
        try:
            return method(self, *args, **kwargs)
        except Exception as error:
            values = "".join(f"\n  {name}: {value}" for name, value in sorted(param.items()))
            error.add_note(f"{class_name}.{method.__name__} failed with the parameters{values}")
            raise

    return run


def _class_name(base: str, number: int, param: dict[str, Any]) -> str:
    values = ", ".join(f"{name}={_short(value)}" for name, value in sorted(param.items()))
    name = f"{base}_param_{number}_{{{values}}}"
    return name if len(name) <= _LONGEST_NAME else name[: _LONGEST_NAME - 3] + "..."


def _short(value: Any) -> str:
    if isinstance(value, type):
        return value.__name__
    if isinstance(value, numpy.ndarray | numpy.generic):
        return str(value)
    return repr(value)
