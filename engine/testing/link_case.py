"""LinkTestCase and LinkInitializersTestCase: tests of a link's values, gradients and initial parameters."""

from __future__ import annotations

import unittest
from collections.abc import Sequence
from typing import Any

import numpy

from .. import gradient_check, initializers
from ..initializer import Initializer
from ..variable import Variable
from .array import as_noncontiguous
from .backend import BackendConfig
from .errors import LinkTestError, check_equal, check_variables, require_arrays

__all__ = ["InitializerArgument", "LinkInitializersTestCase", "LinkTestCase"]

_MOST_DRAWS = 50  # parameters and inputs that are drawn until a link is differentiable there


class InitializerArgument:
    """An argument of a link, and the initializer that the link makes of it.

    Args:
        argument_value: what the link is given, such as None.
        expected_initializer: what its parameter must then be like: an initializer, a number or an array.
    """

    def __init__(self, argument_value: Any, expected_initializer: Any) -> None:
        if expected_initializer is None:
            raise ValueError("expected_initializer can't be None: say what the parameter must be like")
        self.argument_value = argument_value
        self.expected_initializer = expected_initializer


class _LinkTestBase:
    backend_config: BackendConfig | None = None
    contiguous: str | None = None
    param_names: Sequence[str] = ()
    test_name: str | None = None
    _options: tuple[str, ...] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in self._options:
            if not hasattr(self, name):
                setattr(self, name, {})

    def before_test(self, test_name: str) -> None:
        """Called before each test."""

    def generate_params(self) -> tuple[Any, ...]:
        """For each argument of the link that is an initializer, one: an initializer, a number or a NumPy array."""
        raise NotImplementedError("generate_params() is not implemented")

    def generate_inputs(self) -> tuple[Any, ...]:
        """NumPy arrays to try it on."""
        raise NotImplementedError("generate_inputs() is not implemented")

    def create_link(self, initializers: tuple[Any, ...]) -> Any:
        """The link, made with these initializers."""
        raise NotImplementedError("create_link() is not implemented")

    def forward(self, link: Any, inputs: tuple[Any, ...], device: Any) -> tuple[Any, ...]:
        """What is under test, on variables; gives a tuple of variables."""
        outputs = link(*inputs)
        return outputs if isinstance(outputs, tuple) else (outputs,)

    def check_forward_outputs(self, outputs: tuple[Any, ...], expected_outputs: tuple[Any, ...]) -> None:
        """Compare arrays."""
        check_equal(outputs, expected_outputs, LinkTestError, **getattr(self, "check_forward_options", {}))

    def _begin(self, test_name: str, backend_config: BackendConfig) -> None:
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

    def _initialized_link(self, given: tuple[Any, ...], backend_config: BackendConfig) -> Any:
        """The link on its device, called once so that all parameters have their shapes."""
        arguments = tuple(
            value.argument_value if isinstance(value, InitializerArgument) else value for value in given
        )
        with backend_config:
            link = self.create_link(arguments)
            link.to_device(backend_config.device)
            inputs = tuple(Variable(x) for x in backend_config.get_array(self._generated_inputs()))
            self.forward(link, inputs, backend_config.device)
            link.cleargrads()
        return link

    def _params_of(self, link: Any) -> list[Any]:
        found = []
        for name in self.param_names:
            param = getattr(link, name, None)
            LinkTestError.check(
                param is not None, f"the link has no parameter {name!r}, which param_names lists"
            )
            found.append(param)
        return found


class LinkTestCase(_LinkTestBase, unittest.TestCase):
    """A test case of a link's values and gradients. Use it with `inject_backend_tests(None, [...])`.

    Define `generate_params()` (a tuple of initializers), `create_link(initializers)`, `generate_inputs()` (a tuple of
    NumPy arrays) and `forward_expected(link, inputs)` (on NumPy arrays). `forward`, `generate_grad_outputs`,
    `check_forward_outputs` and `before_test` have defaults.

    Attributes:
        param_names: names of the parameters whose gradients are checked, too.
        skip_forward_test, skip_backward_test: which tests not to make.
        check_forward_options, check_backward_options: tolerances, as arguments for `testing.assert_allclose` and
            `gradient_check.check_backward`.
        dodge_nondifferentiable: whether parameters and inputs are drawn anew where the link has a kink.
        numerical_grad_dtype: in which finite differences are taken.
        contiguous: `"C"`: arrays lie in memory without gaps; None: with gaps.
    """

    check_forward_options: dict[str, Any]
    check_backward_options: dict[str, Any]
    skip_forward_test = False
    skip_backward_test = False
    dodge_nondifferentiable = False
    numerical_grad_dtype: Any = numpy.float64
    _options = ("check_forward_options", "check_backward_options")

    def forward_expected(self, link: Any, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        """What the link, which is on the CPU, must give, computed by NumPy."""
        raise NotImplementedError("forward_expected() is not implemented")

    def generate_grad_outputs(self, outputs_template: tuple[Any, ...]) -> tuple[Any, ...]:
        """Gradients of the outputs, of the shapes and dtypes of these arrays."""
        return tuple(
            numpy.asarray(numpy.random.uniform(-1, 1, template.shape)).astype(template.dtype)
            for template in outputs_template
        )

    def test_forward(self, backend_config: BackendConfig) -> None:
        """Compare with `forward_expected`."""
        if self.skip_forward_test:
            raise unittest.SkipTest("skip_forward_test is set")
        self._begin("test_forward", backend_config)
        link = self._initialized_link(self.generate_params(), backend_config)
        inputs = self._generated_inputs()
        given = tuple(Variable(x) for x in self._placed(tuple(x.copy() for x in inputs), backend_config))
        with backend_config:
            outputs = self.forward(link, given, backend_config.device)
        check_variables(outputs, backend_config.device, "forward()", LinkTestError)
        link.to_device("@numpy")
        expected = self.forward_expected(link, inputs)
        require_arrays(expected, "forward_expected()", numbers=True)
        self.check_forward_outputs(tuple(y.array for y in outputs), expected)

    def test_backward(self, backend_config: BackendConfig) -> None:
        """Compare the gradients of inputs and parameters with finite differences."""
        if self.skip_backward_test:
            raise unittest.SkipTest("skip_backward_test is set")
        self._begin("test_backward", backend_config)
        for draw in range(1, _MOST_DRAWS + 1):
            try:
                self._check_backward(backend_config)
            except gradient_check.NondifferentiableError:
                if draw == _MOST_DRAWS:
                    raise
                continue
            return

    def _check_backward(self, backend_config: BackendConfig) -> None:
        device = backend_config.device
        link = self._initialized_link(self.generate_params(), backend_config)
        inputs = self._placed(self._generated_inputs(), backend_config)
        with backend_config:
            template = tuple(y.array for y in self.forward(link, tuple(Variable(x) for x in inputs), device))
        gys = self._placed(self.generate_grad_outputs(template), backend_config)

        def call(*variables: Any) -> tuple[Any, ...]:
            outputs = self.forward(link, variables, device)
            check_variables(outputs, device, "forward()", LinkTestError)
            return outputs

        with LinkTestError.raise_if_fail("backward is not implemented correctly"), backend_config:
            gradient_check.check_backward(
                call,
                inputs,
                gys,
                tuple(self._params_of(link)),
                dtype=self.numerical_grad_dtype,
                detect_nondifferentiable=self.dodge_nondifferentiable,
                **self.check_backward_options,
            )


class LinkInitializersTestCase(_LinkTestBase, unittest.TestCase):
    """A test case of a link's initial parameters. Use it with `inject_backend_tests(None, [...])`.

    Define `generate_params()`, `create_link(initializers)` and `generate_inputs()` as for `LinkTestCase`, and
    `get_initializers()`.

    Attributes:
        param_names: names of the parameters, in the order of the initializers.
        check_initializers_options: tolerances, as arguments for `testing.assert_allclose`.
    """

    check_initializers_options: dict[str, Any]
    _options = ("check_initializers_options",)

    def get_initializers(self) -> tuple[Sequence[Any], ...]:
        """For each initializer of the link those to try: initializers, numbers, arrays, `InitializerArgument`s."""
        raise NotImplementedError("get_initializers() is not implemented")

    def test_initializers(self, backend_config: BackendConfig) -> None:
        """Try one initializer after the other, the others being those of `generate_params`."""
        self._begin("test_initializers", backend_config)
        tried = self.get_initializers()
        LinkTestError.check(
            isinstance(tried, tuple) and len(tried) == len(self.param_names),
            "get_initializers() must give a tuple with one list of initializers for each of param_names",
        )
        for place, choices in enumerate(tried):
            for choice in choices:
                given = list(self.generate_params())
                given[place] = choice
                link = self._initialized_link(tuple(given), backend_config)
                found = self._params_of(link)[place].array
                wanted = choice.expected_initializer if isinstance(choice, InitializerArgument) else choice
                with LinkTestError.raise_if_fail(
                    f"{self.param_names[place]} is not initialized as {choice!r} says"
                ):
                    gradient_check.assert_allclose(
                        found, _filled(wanted, found), **self.check_initializers_options
                    )


def _filled(initializer: Any, like: Any) -> numpy.ndarray:
    """An array of the shape and dtype of another, as the initializer makes it."""
    array = numpy.empty(like.shape, like.dtype)
    if callable(initializer) and not isinstance(initializer, Initializer):
        initializer(array)
    else:
        initializers.get_initializer(initializer)(array)
    return array
