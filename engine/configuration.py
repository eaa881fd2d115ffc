"""Settings that change what the engine does: training or evaluation, graph or no graph, dtype, checks.

`global_config` holds the values of all threads; `config` is what the current thread sees, its own values before
the global ones. Both are read on every op, so global values are published as class attributes of the view: a read
is one attribute look-up and no call.
"""

from __future__ import annotations

import contextlib
import sys
import threading
from typing import Any, TextIO

import numpy

__all__ = ["GlobalConfig", "LocalConfig", "config", "global_config", "using_config"]


class GlobalConfig:
    """Settings for all threads. New settings may be added by assigning to them."""

    _view: type[LocalConfig]

    def __init__(self) -> None:
        object.__setattr__(self, "_view", type("LocalConfig", (LocalConfig,), {"_global": self}))

    def __setattr__(self, key: str, value: Any) -> None:
        object.__setattr__(self, key, value)
        setattr(self._view, key, value)

    def __delattr__(self, key: str) -> None:
        object.__delattr__(self, key)
        delattr(self._view, key)

    def show(self, file: TextIO | None = None) -> None:
        """Print every setting and its value, one a line, in alphabetical order."""
        _print_settings(_settings(self), file)


class LocalConfig(threading.local):
    """One thread's view: what this thread assigned, otherwise the value of `global_config`."""

    def __new__(cls, global_config: GlobalConfig) -> LocalConfig:
        return super().__new__(global_config._view, global_config)  # type: ignore[call-arg]

    def __init__(self, global_config: GlobalConfig) -> None:
        pass

    def show(self, file: TextIO | None = None) -> None:
        """Print every setting that this thread sees, one a line, in alphabetical order."""
        _print_settings({**_settings(self._global), **self.__dict__}, file)


def _settings(global_config: GlobalConfig) -> dict[str, Any]:
    return {key: value for key, value in vars(global_config).items() if key != "_view"}


def _print_settings(settings: dict[str, Any], file: TextIO | None) -> None:
    width = max(map(len, settings), default=0)
    for key in sorted(settings):
        print(f"{key:<{width}} {settings[key]}", file=file or sys.stdout)


global_config = GlobalConfig()
global_config.autotune = False
global_config.compute_mode = None
global_config.cudnn_deterministic = False
global_config.cudnn_fast_batch_normalization = False
global_config.debug = False
global_config.dtype = numpy.dtype(numpy.float32)
global_config.enable_backprop = True
global_config.in_recomputing = False
global_config.keep_graph_on_report = False
global_config.lazy_grad_sum = False
global_config.schedule_func = None
global_config.train = True
global_config.type_check = True
global_config.use_cudnn = "auto"
global_config.use_cudnn_tensor_core = "auto"
global_config.use_ideep = "never"
global_config.use_static_graph = True
global_config.warn_nondeterministic = False

config: Any = LocalConfig(global_config)


class _OtherValue(contextlib.ContextDecorator):
    """What `using_config` gives."""

    def __init__(self, name: str, value: Any, config: Any) -> None:
        self._name = name
        self._value = value
        self._config = config
        self._previous: Any = _NOT_OWN

    def _recreate_cm(self) -> _OtherValue:
        return _OtherValue(self._name, self._value, self._config)

    def __enter__(self) -> None:
        self._previous = vars(self._config).get(self._name, _NOT_OWN)
        setattr(self._config, self._name, self._value)

    def __exit__(self, *exc: object) -> None:
        if self._previous is _NOT_OWN:
            delattr(self._config, self._name)
        else:
            setattr(self._config, self._name, self._previous)


def using_config(name: str, value: Any, config: Any = config) -> _OtherValue:
    """Give one setting another value inside a `with` block, in this thread; or in a function that it decorates.

    Args:
        name: the setting.
        value: its value inside the block.
        config: whose setting; the thread's own by default, `global_config` for all threads.
    """
    return _OtherValue(name, value, config)


_NOT_OWN = object()
"""Stands for a setting that a thread hadn't set for itself."""
