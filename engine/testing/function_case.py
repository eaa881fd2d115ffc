"""FunctionTestCase: tests of a function's values, gradients and second derivatives, from a few methods."""

from __future__ import annotations

import unittest
from collections.abc import Callable
from typing import Any

import numpy

from .. import gradient_check
from ..variable import Variable
from .array import as_noncontiguous
from .backend import BackendConfig
from .errors import FunctionTestError, check_equal, check_variables, require_arrays

__all__ = ["FunctionTestBase", "FunctionTestCase"]

_MOST_DRAWS = 50  # inputs that are drawn until a function is differentiable there


class FunctionTestBase:
    """The tests as methods to call; `FunctionTestCase` makes a test case of them, and describes what to define."""

    backend_config: BackendConfig | None = None
    check_forward_options: dict[str, Any]
    check_backward_options: dict[str, Any]
    check_double_backward_options: dict[str, Any]
    skip_forward_test = False
    skip_backward_test = False
    skip_double_backward_test = False
    dodge_nondifferentiable = False
    numerical_grad_dtype: Any = numpy.float64
    contiguous: str | None = None
    test_name: str | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("check_forward_options", "check_backward_options", "check_double_backward_options"):
            if not hasattr(self, name):
                setattr(self, name, {})

    # ---- what a test case defines ----

    def before_test(self, test_name: str) -> None:
        """Called before each test."""

    def forward(self, inputs: tuple[Any, ...], device: Any) -> tuple[Any, ...]:
        """The function under test, on variables; gives a tuple of variables."""
        raise NotImplementedError("forward() is not implemented")

    def forward_expected(self, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        """What it must give, computed by NumPy; on arrays."""
        raise NotImplementedError("forward_expected() is not implemented")

    def generate_inputs(self) -> tuple[Any, ...]:
        """NumPy arrays to try it on."""
        raise NotImplementedError("generate_inputs() is not implemented")

    def generate_grad_outputs(self, outputs_template: tuple[Any, ...]) -> tuple[Any, ...]:
        """Gradients of the outputs, of the shapes and dtypes of these arrays."""
        return _uniform_like(outputs_template)

    def generate_grad_grad_inputs(self, inputs_template: tuple[Any, ...]) -> tuple[Any, ...]:
        """Gradients of the inputs' gradients, of the shapes and dtypes of these arrays."""
        return _uniform_like(inputs_template)

    def check_forward_outputs(self, outputs: tuple[Any, ...], expected_outputs: tuple[Any, ...]) -> None:
        """Compare arrays; `check_forward_options` has the tolerances."""
        check_equal(outputs, expected_outputs, FunctionTestError, **self.check_forward_options)

    # ---- the tests ----

    def run_test_forward(self, backend_config: BackendConfig) -> None:
        """Compare with `forward_expected`, and see that no input was changed."""
        self._begin("test_forward", backend_config)
        inputs = self._generated_inputs()
        expected = self.forward_expected(tuple(_copy(x) for x in inputs))
        require_arrays(expected, "forward_expected()", numbers=True)
        given = backend_config.get_array(tuple(_copy(x) for x in inputs))
        if self.contiguous is None:
            given = as_noncontiguous(given)
        variables = tuple(Variable(x) for x in given)
        with backend_config:
            outputs = self.forward(variables, backend_config.device)
        check_variables(outputs, backend_config.device, "forward()", FunctionTestError)
        for place, (x, variable) in enumerate(zip(inputs, variables, strict=True)):
            with FunctionTestError.raise_if_fail(f"forward() changed input {place}"):
                gradient_check.assert_allclose(x, variable, atol=0, rtol=0)
        self.check_forward_outputs(tuple(y.array for y in outputs), expected)

    def run_test_backward(self, backend_config: BackendConfig) -> None:
        """Compare the gradients with finite differences."""
        self._begin("test_backward", backend_config)

        def check(inputs: tuple[Any, ...], gys: tuple[Any, ...], call: Callable[..., Any]) -> None:
            gradient_check.check_backward(
                call,
                inputs,
                gys,
                dtype=self.numerical_grad_dtype,
                detect_nondifferentiable=self.dodge_nondifferentiable,
                **self.check_backward_options,
            )

        self._check_gradients(backend_config, check, "backward is not implemented correctly")

    def run_test_double_backward(self, backend_config: BackendConfig) -> None:
        """Compare the second derivatives with finite differences of the first ones."""
        self._begin("test_double_backward", backend_config)

        def check(inputs: tuple[Any, ...], gys: tuple[Any, ...], call: Callable[..., Any]) -> None:
            ggxs = self._placed(self.generate_grad_grad_inputs(inputs), backend_config)
            gradient_check.check_double_backward(
                call,
                inputs,
                gys,
                ggxs,
                dtype=self.numerical_grad_dtype,
                detect_nondifferentiable=self.dodge_nondifferentiable,
                **self.check_double_backward_options,
            )

        self._check_gradients(backend_config, check, "double backward is not implemented correctly")

    def _check_gradients(
        self, backend_config: BackendConfig, check: Callable[..., None], failure: str
    ) -> None:
        device = backend_config.device

        def call(*variables: Any) -> tuple[Any, ...]:
            outputs = self.forward(variables, device)
            check_variables(outputs, device, "forward()", FunctionTestError)
            return outputs

        for draw in range(1, _MOST_DRAWS + 1):
            inputs = self._placed(self._generated_inputs(), backend_config)
            with backend_config:
                template = tuple(y.array for y in call(*[Variable(x) for x in inputs]))
            gys = self._placed(self.generate_grad_outputs(template), backend_config)
            try:
                with FunctionTestError.raise_if_fail(failure), backend_config:
                    check(inputs, gys, call)
            except gradient_check.NondifferentiableError:
                if draw == _MOST_DRAWS:
                    raise
                continue
            return

    def _begin(self, test_name: str, backend_config: BackendConfig) -> None:
        if getattr(self, f"skip_{test_name.removeprefix('test_')}_test"):
            raise unittest.SkipTest(f"skip_{test_name.removeprefix('test_')}_test is set")
        self.backend_config = backend_config
        self.test_name = test_name
        self.before_test(test_name)

    def _generated_inputs(self) -> tuple[Any, ...]:
        inputs = self.generate_inputs()
        require_arrays(inputs, "generate_inputs()")
        return inputs

    def _placed(self, arrays: tuple[Any, ...], backend_config: BackendConfig) -> tuple[Any, ...]:
        placed = backend_config.get_array(arrays)
        return as_noncontiguous(placed) if self.contiguous is None else placed


class FunctionTestCase(FunctionTestBase, unittest.TestCase):
    """A test case of a function: three tests from a few methods. Use it with `inject_backend_tests(None, [...])`.

    Define `forward(inputs, device)` (the function, from a tuple of variables to one), `forward_expected(inputs)` (the
    same on NumPy arrays) and `generate_inputs()` (a tuple of NumPy arrays). `generate_grad_outputs`,
    `generate_grad_grad_inputs`, `check_forward_outputs` and `before_test` have defaults.

    Attributes:
        skip_forward_test, skip_backward_test, skip_double_backward_test: which tests not to make.
        check_forward_options, check_backward_options, check_double_backward_options: tolerances, as arguments for
            `testing.assert_allclose`, `gradient_check.check_backward` and `check_double_backward`.
        dodge_nondifferentiable: whether inputs are drawn anew where the function has a kink.
        numerical_grad_dtype: in which finite differences are taken.
        contiguous: `"C"`: inputs lie in memory without gaps; None: with gaps.
        test_name, backend_config: set for each test.
    """

    def test_forward(self, backend_config: BackendConfig) -> None:
        self.run_test_forward(backend_config)

    def test_backward(self, backend_config: BackendConfig) -> None:
        self.run_test_backward(backend_config)

    def test_double_backward(self, backend_config: BackendConfig) -> None:
        self.run_test_double_backward(backend_config)


def _uniform_like(templates: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(
        numpy.asarray(numpy.random.uniform(-1, 1, template.shape)).astype(template.dtype)
        for template in templates
    )


def _copy(array: Any) -> Any:
    return array.copy()
