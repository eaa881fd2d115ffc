"""`fake`: the array module of the fake device, with the functions that CuPy has.

A function that takes arrays takes the device's arrays and numbers; a NumPy array raises. `asarray` and `array` copy
from the host, `asnumpy` copies back (and is counted).
"""

from __future__ import annotations

import importlib
from types import ModuleType
from typing import Any

import numpy
from fake_device import FakeArray, unwrap, wrap

__all__ = ["DEVICE", "fake", "install"]

DEVICE = "@fake:0"

_MAKERS = "arange empty eye full identity linspace ones tri zeros"
_LIKES = "empty_like full_like ones_like zeros_like"
_ELEMENTWISE = (
    "abs absolute add arccos arccosh arcsin arcsinh arctan arctan2 arctanh bitwise_and bitwise_or bitwise_xor "
    "cbrt ceil conj conjugate copysign cos cosh divide equal exp exp2 expm1 fabs floor floor_divide fmax fmin fmod "
    "greater greater_equal hypot invert isfinite isinf isnan less less_equal log log10 log1p log2 logaddexp "
    "logical_and logical_not logical_or logical_xor maximum minimum mod multiply negative not_equal power "
    "reciprocal remainder rint sign signbit sin sinh sqrt square subtract tan tanh true_divide trunc"
)
_OTHERS = (
    "all allclose amax amin any append argmax argmin argsort argwhere array_equal around array_split atleast_1d "
    "atleast_2d average bincount broadcast_arrays broadcast_to clip column_stack concatenate copy count_nonzero "
    "copyto cumprod cumsum diag diagonal digitize dot dsplit dstack einsum expand_dims flip fliplr flipud hsplit "
    "hstack inner isclose kron matmul max mean meshgrid min moveaxis nan_to_num nanmax nanmean nanmin nansum "
    "nonzero outer pad partition percentile prod ravel repeat reshape roll rollaxis rot90 searchsorted sort "
    "split squeeze stack std sum swapaxes take take_along_axis tensordot tile trace transpose "
    "tril triu unique var vdot vsplit vstack where"
)
_PLAIN = (
    "bool_ broadcast_shapes can_cast complex64 complex128 dtype e euler_gamma finfo float16 float32 float64 iinfo inf "
    "int8 int16 int32 int64 intp issubdtype nan newaxis pi promote_types uint8 uint16 uint32 uint64"
)


def _on_device(name: str, function: Any) -> Any:
    def call(*args: Any, **kwargs: Any) -> Any:
        for refused in ("initial", "subok", "like"):
            if refused in kwargs:
                raise TypeError(f"{name}() got an unexpected keyword argument {refused!r}")
        out = kwargs.get("out")
        result = function(*map(unwrap, args), **{key: unwrap(value) for key, value in kwargs.items()})
        if isinstance(result, bool):
            result = numpy.asarray(result)
        return out if out is not None else wrap(result)

    call.__name__ = call.__qualname__ = name
    return call


class _Ufunc:
    """An elementwise function; `at` as CuPy has it."""

    def __init__(self, name: str) -> None:
        self.__name__ = name
        self._numpy = getattr(numpy, name)
        self._call = _on_device(name, self._numpy)
        self.at = _on_device(f"{name}.at", self._numpy.at)
        self.reduce = _on_device(f"{name}.reduce", self._numpy.reduce)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self._call(*args, **kwargs)


def _asarray(value: Any, dtype: Any = None, order: Any = None, **kwargs: Any) -> FakeArray:
    """Copy from the host; an array of the device comes back as it is (or in `dtype`)."""
    if type(value) is FakeArray:
        return value if dtype is None or value.dtype == dtype else value.astype(dtype)
    return FakeArray(numpy.array(_from_host(value), dtype=dtype, order=order))


def _ascontiguousarray(value: Any, dtype: Any = None) -> FakeArray:
    array = _asarray(value, dtype)
    return array if array.flags.c_contiguous else array.copy()


def _array(
    value: Any, dtype: Any = None, copy: bool = True, order: Any = None, ndmin: int = 0, **kwargs: Any
) -> FakeArray:
    return FakeArray(numpy.array(_from_host(value), dtype=dtype, order=order, ndmin=ndmin))


def _from_host(value: Any) -> Any:
    """`value` with device arrays (also in lists) as NumPy's: from a list of them a device makes one array, too."""
    if isinstance(value, tuple | list):
        return type(value)(map(_from_host, value))
    return value._host if type(value) is FakeArray else value


def _asnumpy(value: Any, *args: Any, **kwargs: Any) -> numpy.ndarray:
    return value.get() if type(value) is FakeArray else numpy.asarray(value)


def _result_type(*args: Any) -> numpy.dtype:
    return numpy.result_type(*map(_from_host, args))


class _Random:
    """Random numbers on the device: a stream of its own, seeded apart from NumPy's."""

    def __init__(self) -> None:
        self._state = numpy.random.RandomState(0)

    def seed(self, seed: int | None = None) -> None:
        self._state.seed(seed)

    def rand(self, *shape: int, dtype: Any = float) -> FakeArray:
        return wrap(numpy.asarray(self._state.rand(*shape)).astype(dtype))

    def random_sample(self, size: Any = None, dtype: Any = float) -> FakeArray:
        return wrap(numpy.asarray(self._state.random_sample(size)).astype(dtype))

    def normal(self, loc: Any = 0.0, scale: Any = 1.0, size: Any = None, dtype: Any = float) -> FakeArray:
        return wrap(numpy.asarray(self._state.normal(loc, scale, size)).astype(dtype))

    def uniform(self, low: Any = 0.0, high: Any = 1.0, size: Any = None, dtype: Any = float) -> FakeArray:
        return wrap(numpy.asarray(self._state.uniform(low, high, size)).astype(dtype))

    def randn(self, *shape: int, dtype: Any = float) -> FakeArray:
        return wrap(numpy.asarray(self._state.randn(*shape)).astype(dtype))

    def randint(self, low: int, high: int | None = None, size: Any = None, dtype: Any = int) -> FakeArray:
        return wrap(numpy.asarray(self._state.randint(low, high, size)).astype(dtype))


class _Namespace:
    """Functions of a part of NumPy that CuPy has under the same name."""

    def __init__(self, part: Any, names: str) -> None:
        for name in names.split():
            setattr(self, name, _on_device(name, getattr(part, name)))


class _Special:
    """SciPy's special functions on the device, as `cupyx.scipy.special` offers them."""

    def __getattr__(self, name: str) -> Any:
        import scipy.special

        return _on_device(name, getattr(scipy.special, name))


def _make_module() -> Any:
    module: Any = ModuleType("fake", "The array module of the fake device.")
    for name in f"{_MAKERS} {_LIKES} {_OTHERS}".split():
        setattr(module, name, _on_device(name, getattr(numpy, name)))
    for name in _ELEMENTWISE.split():
        setattr(module, name, _Ufunc(name))
    for name in _PLAIN.split():
        setattr(module, name, getattr(numpy, name))
    module.ndarray = FakeArray
    module.asarray = _asarray
    module.ascontiguousarray = _ascontiguousarray
    module.array = _array
    module.asnumpy = _asnumpy
    module.result_type = _result_type
    module.ndim = lambda value: value.ndim
    module.shape = lambda value: value.shape
    module.random = _Random()
    module.special = _Special()
    module.linalg = _Namespace(numpy.linalg, "cholesky det eigh inv norm pinv qr slogdet solve svd")
    module.fft = _Namespace(numpy.fft, "fft ifft")
    return module


fake = _make_module()


def install(backend: Any) -> None:
    """Make the engine whose `backend` module this is know the fake device; doing it twice does no harm."""

    class FakeDevice(backend.Device):
        """The one fake device there is."""

        name = DEVICE
        xp = fake

        def send_array(self, array: Any) -> FakeArray:
            return fake.asarray(array)

    def make(rest: str) -> Any:
        if rest not in ("", "0"):
            raise ValueError(f"device: '@fake:{rest}' names no device; there is only {DEVICE}")
        return FakeDevice()

    start_timer = None
    if hasattr(fake, "cuda"):  # see fake_cuda.py
        timers = importlib.import_module(f"{backend.__package__}.backends.device_timer")
        start_timer = timers.timers_of(fake.cuda)
    backend.register_array_type(FakeArray, fake, lambda array: FakeDevice(), start_timer)
    backend.register_device("fake", make)
