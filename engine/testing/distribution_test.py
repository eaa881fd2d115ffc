"""Tests of a probability distribution against SciPy's."""

from __future__ import annotations

import unittest
from collections.abc import Callable, Iterator
from typing import Any

import numpy

from ..backends import cuda
from ..utils.arguments import size_of_shape
from ..variable import Variable
from . import attr
from .array import assert_allclose

__all__ = ["distribution_unittest"]

_DRAWN = 100_000
_NEAR: dict[str, Any] = {"atol": 3e-2, "rtol": 3e-2}  # what moments of so many samples are apart


class distribution_unittest(unittest.TestCase):  # noqa: N801 - Chainer's name
    """Base of a test case of a distribution; `parameterize` gives it `shape`, `sample_shape` and `is_variable`.

    Define `setUp_configure()`, which sets the attributes below, and `sample_for_test()`, which gives an array of
    values to ask the distribution about, of shape (*sample_shape, *shape, *event_shape).

    Attributes:
        dist: the distribution's class.
        params: its arguments by name, arrays.
        scipy_dist: the distribution of `scipy.stats`, or one like it.
        scipy_params: its arguments by name.
        test_targets: which of `batch_shape`, `cdf`, `entropy`, `event_shape`, `icdf`, `log_cdf`, `log_prob`,
            `log_survival`, `mean`, `prob`, `sample`, `stddev`, `support`, `survival`, `variance` to test.
        support: on what it lives, in words.
        event_shape: of one sample of one distribution.
        continuous: whether it has a density.
        scipy_onebyone: whether SciPy's takes one distribution at a time and no batch.
    """

    scipy_onebyone = False
    shape: tuple[int, ...]
    sample_shape: tuple[int, ...]
    is_variable: bool
    dist: Any
    scipy_dist: Any
    params: dict[str, Any]
    scipy_params: dict[str, Any]
    known_targets = (
        "batch_shape",
        "cdf",
        "entropy",
        "event_shape",
        "icdf",
        "log_cdf",
        "log_prob",
        "log_survival",
        "mean",
        "prob",
        "sample",
        "stddev",
        "support",
        "survival",
        "variance",
    )

    def setUp(self) -> None:
        self.support = "real"
        self.event_shape: tuple[int, ...] = ()
        self.continuous = True
        self.test_targets: set[str] = set()
        self.options: dict[str, Any] = {}
        self.setUp_configure()
        unknown = set(self.test_targets).difference(self.known_targets)
        if unknown:
            raise ValueError(f"unknown test target(s): {', '.join(sorted(unknown))}")
        if self.is_variable:
            self.params = {name: Variable(array) for name, array in self.params.items()}

    def setUp_configure(self) -> None:
        raise NotImplementedError("setUp_configure() is not implemented")

    def sample_for_test(self) -> Any:
        raise NotImplementedError("sample_for_test() is not implemented")

    def scipy_onebyone_params_iter(self) -> Iterator[dict[str, Any]]:
        """SciPy's arguments of each distribution of the batch."""
        for index in numpy.ndindex(*self.shape):
            yield {name: array[index] for name, array in self.scipy_params.items()}

    @property
    def cpu_dist(self) -> Any:
        return self.dist(**self.params)

    @property
    def gpu_dist(self) -> Any:
        def moved(value: Any) -> Any:
            if isinstance(value, Variable):
                return Variable(cuda.to_gpu(value.array))
            return cuda.to_gpu(value)

        return self.dist(**{name: moved(value) for name, value in self.params.items()})

    # ---- what is compared ----

    def _made(self, is_gpu: bool) -> Any:
        return self.gpu_dist if is_gpu else self.cpu_dist

    def _check_at_values(self, is_gpu: bool, ours: str, theirs: str, values: Any) -> None:
        given = cuda.to_gpu(values) if is_gpu else values
        found = getattr(self._made(is_gpu), ours)(given).array
        assert_allclose(found, getattr(self.scipy_dist, theirs)(values, **self.scipy_params))

    def _check_property(self, is_gpu: bool, ours: str, theirs: str, shape: tuple[int, ...]) -> None:
        found = getattr(self._made(is_gpu), ours).array
        compute = getattr(self.scipy_dist, theirs)
        if self.scipy_onebyone:
            rows = [compute(**params) for params in self.scipy_onebyone_params_iter()]
            expected = numpy.vstack(rows).reshape(self.shape + shape)
        else:
            expected = compute(**self.scipy_params)
        assert_allclose(found, expected)

    def check_cdf(self, is_gpu: bool) -> None:
        self._check_at_values(is_gpu, "cdf", "cdf", self.sample_for_test())

    def check_log_cdf(self, is_gpu: bool) -> None:
        self._check_at_values(is_gpu, "log_cdf", "logcdf", self.sample_for_test())

    def check_survival(self, is_gpu: bool) -> None:
        self._check_at_values(is_gpu, "survival_function", "sf", self.sample_for_test())

    def check_log_survival(self, is_gpu: bool) -> None:
        self._check_at_values(is_gpu, "log_survival_function", "logsf", self.sample_for_test())

    def check_icdf(self, is_gpu: bool) -> None:
        values = numpy.random.uniform(1e-3, 1 - 1e-3, self.sample_shape + self.shape).astype(numpy.float32)
        self._check_at_values(is_gpu, "icdf", "ppf", values)

    def check_prob(self, is_gpu: bool) -> None:
        self._check_at_values(is_gpu, "prob", "pdf" if self.continuous else "pmf", self.sample_for_test())

    def check_log_prob(self, is_gpu: bool) -> None:
        theirs = "logpdf" if self.continuous else "logpmf"
        if not self.scipy_onebyone:
            self._check_at_values(is_gpu, "log_prob", theirs, self.sample_for_test())
            return
        values = self.sample_for_test()
        given = cuda.to_gpu(values) if is_gpu else values
        found = self._made(is_gpu).log_prob(given).array
        rows = values.reshape(-1, size_of_shape(self.shape), *self.event_shape).swapaxes(0, 1)
        compute = getattr(self.scipy_dist, theirs)
        each = [
            compute(x, **params) for x, params in zip(rows, self.scipy_onebyone_params_iter(), strict=True)
        ]
        assert_allclose(found, numpy.vstack(each).T.reshape(self.sample_shape + self.shape))

    def check_entropy(self, is_gpu: bool) -> None:
        self._check_property(is_gpu, "entropy", "entropy", ())

    def check_mean(self, is_gpu: bool) -> None:
        self._check_property(is_gpu, "mean", "mean", self.event_shape)

    def check_variance(self, is_gpu: bool) -> None:
        self._check_property(is_gpu, "variance", "var", self.event_shape)

    def check_stddev(self, is_gpu: bool) -> None:
        self._check_property(is_gpu, "stddev", "std", self.event_shape)

    def check_batch_shape(self, is_gpu: bool) -> None:
        assert self._made(is_gpu).batch_shape == self.shape

    def check_event_shape(self, is_gpu: bool) -> None:
        assert self._made(is_gpu).event_shape == self.event_shape

    def check_support(self, is_gpu: bool) -> None:
        assert self._made(is_gpu).support == self.support

    def check_sample(self, is_gpu: bool) -> None:
        """Compare mean and standard deviation of many samples with those of SciPy's."""
        sample_shape = (_DRAWN, *self.sample_shape)
        found = self._made(is_gpu).sample(sample_shape=sample_shape).array
        if self.scipy_onebyone:
            count = size_of_shape(sample_shape)
            rows = [self.scipy_dist.rvs(size=count, **params) for params in self.scipy_onebyone_params_iter()]
            stacked = numpy.stack([row.reshape(count, *self.event_shape) for row in rows], axis=1)
            expected = stacked.reshape(sample_shape + self.shape + self.event_shape)
        else:
            expected = self.scipy_dist.rvs(
                size=sample_shape + self.shape + self.event_shape, **self.scipy_params
            )
        assert found.shape == expected.shape
        assert_allclose(found.mean(axis=0), expected.mean(axis=0), **_NEAR)
        assert_allclose(found.std(axis=0), expected.std(axis=0), **_NEAR)


def _test(target: str, is_gpu: bool) -> Callable[[distribution_unittest], None]:
    def run(self: distribution_unittest) -> None:
        if target not in self.test_targets:
            self.skipTest(f"'{target}' is not in test_targets")
        getattr(self, f"check_{target}")(is_gpu)

    return run


for _target in distribution_unittest.known_targets:
    setattr(distribution_unittest, f"test_{_target}_cpu", _test(_target, False))
    setattr(distribution_unittest, f"test_{_target}_gpu", attr.gpu(_test(_target, True)))
