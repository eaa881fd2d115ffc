"""Running a test on several kinds of devices and settings."""

from __future__ import annotations

import contextlib
import functools
import inspect
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from .. import backend as devices
from ..backends import cuda
from ..configuration import using_config
from . import attr
from .bundle import Bundle, multiplied, test_methods

__all__ = ["BackendConfig", "inject_backend_tests"]


class BackendConfig:
    """Where a test runs and with which settings; a context manager inside which the settings hold.

    Args:
        params: what differs from the defaults; the names are those of `BackendConfig.defaults`.

    Attributes:
        device: the device; arrays get there by `get_array`.
        xp: its array module.

    Raises:
        ValueError: a name is unknown, or two of the settings exclude each other.
    """

    defaults = {
        "use_chainerx": False,
        "chainerx_device": None,
        "use_cuda": False,
        "cuda_device": None,
        "use_cudnn": "never",
        "cudnn_deterministic": False,
        "autotune": False,
        "cudnn_fast_batch_normalization": False,
        "use_ideep": "never",
    }
    _config_names = (
        "use_cudnn",
        "cudnn_deterministic",
        "autotune",
        "cudnn_fast_batch_normalization",
        "use_ideep",
    )

    use_chainerx: bool
    chainerx_device: str | None
    use_cuda: bool
    cuda_device: int | None
    use_cudnn: str
    use_ideep: str

    def __init__(self, params: dict[str, Any]) -> None:
        for name in params:
            if name not in self.defaults:
                raise ValueError(f"Parameter {name} is not defined; there are {', '.join(self.defaults)}")
        for name, value in (self.defaults | params).items():
            setattr(self, name, value)
        if self.use_cuda and self.use_chainerx:
            raise ValueError("use_cuda and use_chainerx exclude each other")
        if self.use_cuda and self.cuda_device is None:
            self.cuda_device = 0
        self._contexts = contextlib.ExitStack()

    @property
    def device(self) -> devices.Device:
        """The device.

        Raises:
            RuntimeError: it is a GPU or of ChainerX, and there is none.
        """
        if self.use_chainerx:
            raise RuntimeError("ChainerX is not there with this engine; the mark of such a test skips it")
        return devices.GpuDevice(int(self.cuda_device or 0)) if self.use_cuda else devices.CpuDevice()

    @property
    def xp(self) -> Any:
        return self.device.xp

    def get_array(self, np_array: Any) -> Any:
        """An array (or a list or tuple of them) on this device; None stays None."""
        return self.device.send(np_array)

    def __enter__(self) -> BackendConfig:
        with contextlib.ExitStack() as entered:
            for name in self._config_names:
                entered.enter_context(using_config(name, getattr(self, name)))
            if self.use_cuda:
                entered.enter_context(cuda.get_device_from_id(self.cuda_device))
            self._contexts.push(entered.pop_all())
        return self

    def __exit__(self, *exc: Any) -> None:
        self._contexts.pop_all().close()

    def get_pytest_marks(self) -> list[Callable[[Any], Any]]:
        """The decorators of `testing.attr` that a test with these settings carries."""
        marks: list[Callable[[Any], Any]] = []
        if self.use_chainerx:
            marks.append(attr.chainerx)
        if self.use_cuda:
            count = int(self.cuda_device or 0) + 1
            marks.append(attr.gpu if count == 1 else attr.multi_gpu(count))
            if self.use_cudnn != "never":
                marks.append(attr.cudnn)
        elif self.use_ideep != "never":
            marks.append(attr.ideep)
        return marks

    def get_func_str(self) -> str:
        """The settings as a part of a name."""
        values = {name: getattr(self, name) for name in self.defaults}
        return "__".join(
            f"{name}_{str(value).lower() if isinstance(value, bool) else value}"
            for name, value in values.items()
        )

    def __repr__(self) -> str:
        return f"<BackendConfig {' '.join(f'{name}={getattr(self, name)!r}' for name in self.defaults)}>"


def inject_backend_tests(
    method_names: Sequence[str] | None, params: Sequence[dict[str, Any]]
) -> Callable[[Any], Bundle]:
    """Class decorator: run tests once with each of several settings, which they get as argument `backend_config`.

    Args:
        method_names: the tests that take the argument, None for all. The others run once.
        params: for each run, what differs from the default settings; see `BackendConfig`.

    Raises:
        TypeError: method_names is a single name.
    """
    if isinstance(method_names, str):
        raise TypeError(
            f"inject_backend_tests: method_names must be a list of names or None, not {method_names!r}"
        )

    def variants(base: type) -> Iterator[tuple[str, dict[str, Any]]]:
        present = test_methods(base)
        taking = present if method_names is None else list(method_names)
        for number, settings in enumerate(params):
            config = BackendConfig(settings)
            members: dict[str, Any] = {}
            for name in taking:
                members[name] = _with_config(getattr(base, name), settings)
                for mark in config.get_pytest_marks():
                    members[name] = mark(members[name])
            if number > 0:
                members |= dict.fromkeys(set(present) - set(taking))
            yield f"{base.__name__}_{config.get_func_str()}", members

    return multiplied(variants)


def _with_config(method: Callable[..., Any], settings: dict[str, Any]) -> Callable[..., Any]:
    """The test without its argument `backend_config`, which it gets from here."""

    @functools.wraps(method)
    def run(self: Any, *args: Any, **kwargs: Any) -> Any:
        return method(self, BackendConfig(settings), *args, **kwargs)

    signature = inspect.signature(method)
    kept = [parameter for place, parameter in enumerate(signature.parameters.values()) if place != 1]
    run.__signature__ = signature.replace(parameters=kept)  # type: ignore[attr-defined]  # pytest asks it
    return run
