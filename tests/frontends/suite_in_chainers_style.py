"""A suite as a user of Chainer writes it; it passes on real Chainer 7.8.1 (without its GPU tests) and on the engine.

`test_users_suite.py` runs it in a process of its own; pytest doesn't collect it by its name.
"""

import unittest
from unittest import mock

import chainer
import chainer.functions as F
import chainer.links as L
import numpy
import pytest
from chainer import gradient_check, initializers, testing
from chainer.testing import attr, condition
from chainer.utils import type_check


@testing.parameterize(
    *testing.product(
        {
            "shape": [(3, 2), (), (0, 3)],
            "dtype": [numpy.float16, numpy.float32, numpy.float64],
            "slope": [0.1, 0.5],
        }
    )
)
@testing.fix_random()
@testing.inject_backend_tests(None, [{}, {"use_cuda": True, "cuda_device": 0}])
class TestGatedRamp(testing.FunctionTestCase):
    """A function of two ops, over dtypes and shapes."""

    dodge_nondifferentiable = True

    def setUp(self):
        loose = {"atol": 5e-2, "rtol": 5e-2} if self.dtype == numpy.float16 else {}
        self.check_forward_options.update(loose)
        self.check_backward_options.update({"atol": 5e-2, "rtol": 5e-2})
        self.check_double_backward_options = {"atol": 5e-2, "rtol": 5e-2}

    def generate_inputs(self):
        return (numpy.random.uniform(-2, 2, self.shape).astype(self.dtype),)

    def forward(self, inputs, device):
        (x,) = inputs
        return (F.leaky_relu(x, self.slope) * F.sigmoid(x),)

    def forward_expected(self, inputs):
        (x,) = inputs
        y = numpy.where(x > 0, x, x * self.slope) / (1 + numpy.exp(-x))
        return (numpy.asarray(y, self.dtype),)


@testing.parameterize(*testing.product({"nobias": [True, False], "in_size": [3, None]}))
@testing.inject_backend_tests(None, [{}])
class TestAffine(testing.LinkTestCase):
    """A link, whose size may come with its first input."""

    def setUp(self):
        self.param_names = ("W",) if self.nobias else ("W", "b")
        self.check_backward_options.update({"atol": 1e-3, "rtol": 1e-3})

    def generate_params(self):
        return initializers.HeNormal(), initializers.Uniform(0.3)

    def create_link(self, params):
        W, b = params
        return L.Linear(self.in_size, 2, nobias=self.nobias, initialW=W, initial_bias=b)

    def generate_inputs(self):
        return (numpy.random.uniform(-1, 1, (4, 3)).astype(numpy.float32),)

    def forward_expected(self, link, inputs):
        y = inputs[0].dot(link.W.array.T)
        return (y if self.nobias else y + link.b.array,)


@testing.unary_math_function_unittest(F.exp)
class TestExponential(unittest.TestCase):
    pass


def positive(shape, dtype):
    x, gy, ggx = [numpy.random.uniform(low, 2, shape).astype(dtype) for low in (0.5, -2, -2)]
    return x, gy, ggx


@testing.unary_math_function_unittest(
    F.sqrt, make_data=positive, backward_options={"atol": 1e-2, "rtol": 1e-2}
)
class TestSquareRoot(unittest.TestCase):
    pass


@testing.parameterize({"a": 1}, {"a": 2})
class TestDecorators(unittest.TestCase):
    @condition.repeat(2)
    def test_again(self):
        assert self.a in (1, 2)

    @condition.retry(2)
    def test_once_more(self):
        assert self.a

    @condition.repeat_with_success_at_least(3, 1)
    def test_seldom(self):
        assert self.a

    @attr.gpu
    def test_on_a_gpu(self):
        assert chainer.backends.cuda.available

    @attr.slow
    def test_slow(self):
        assert self.a

    @testing.with_requires("numpy<1.0")
    def test_of_long_ago(self):
        raise AssertionError


class Doubled(chainer.Function):
    """An op in the old style."""

    def check_type_forward(self, in_types):
        type_check.expect(in_types.size() == 1, in_types[0].dtype.kind == "f")

    def forward_cpu(self, inputs):
        self.retain_inputs((0,))
        return (inputs[0] * 2,)

    def backward_cpu(self, inputs, gys):
        return (gys[0] * 2,)


class TestOldStyleOp(unittest.TestCase):
    def setUp(self):
        self.x = numpy.random.uniform(-1, 1, (2, 3)).astype(numpy.float32)

    def test_gradient(self):
        gradient_check.check_backward(lambda x: Doubled()(x), self.x, self.x, dtype=numpy.float64)

    def test_types(self):
        with pytest.raises(type_check.InvalidType):
            Doubled()(self.x.astype(numpy.int32))

    def test_creator(self):
        y = Doubled()(chainer.Variable(self.x))
        assert isinstance(y.creator, Doubled)
        assert isinstance(y.creator_node, chainer.function.FunctionAdapter)
        assert y.creator_node.function is y.creator
        assert y.creator.label == "Doubled"


class TestNodeWithMocks(unittest.TestCase):
    """A node whose methods are replaced one by one."""

    def setUp(self):
        self.x = numpy.arange(3, dtype=numpy.float32)
        self.node = chainer.FunctionNode()
        self.node.forward_cpu = mock.MagicMock(return_value=(self.x * 2, self.x))
        self.node.backward = mock.MagicMock(return_value=(chainer.Variable(self.x), None))
        self.node.check_type_forward = mock.MagicMock()

    def test_forward(self):
        y, z = self.node.apply((self.x, chainer.Variable(self.x)))
        assert self.node.check_type_forward.call_count == 1
        assert self.node.forward_cpu.call_count == 1
        assert y.creator_node is z.creator_node is self.node
        assert (self.node.rank, y.rank) == (0, 1)

    def test_no_type_check(self):
        with chainer.using_config("type_check", False):
            self.node.apply((self.x,))
        assert not self.node.check_type_forward.called

    def test_backward(self):
        a, b = chainer.Variable(self.x), chainer.Variable(self.x)
        y, _ = self.node.apply((a, b))
        y.grad = self.x
        y.backward()
        (indexes, gys), _ = self.node.backward.call_args
        assert indexes == (0, 1)
        assert gys[1] is None
        testing.assert_allclose(gys[0].array, self.x)
        testing.assert_allclose(a.grad, self.x)
        assert b.grad is None

    def test_unchain(self):
        y, _ = self.node.apply((chainer.Variable(self.x),))
        self.node.unchain()
        assert y.creator is None
        assert self.node.inputs is None


class TestGradientCheck(unittest.TestCase):
    def setUp(self):
        self.x = numpy.random.uniform(0.5, 1, (2, 3)).astype(numpy.float32)

    def test_parameters(self):
        with chainer.using_config("dtype", numpy.float64):
            link = L.Linear(3, 4)
        x, gy = self.x.astype(numpy.float64), numpy.ones((2, 4))
        gradient_check.check_backward(link, x, gy, (link.W, link.b))
        gradient_check.check_double_backward(
            lambda x: F.tanh(link(x)), x, gy, x, (link.W, link.b), (link.W.array, link.b.array)
        )

    def test_kink(self):
        with pytest.raises(gradient_check.NondifferentiableError):
            gradient_check.check_backward(
                F.absolute, numpy.array(0.0, numpy.float32), None, eps=1e-2, detect_nondifferentiable=True
            )

    def test_misuse(self):
        for arguments in ((self.x, None), (self.x, (self.x, self.x)), (self.x, self.x[:1])):
            with pytest.raises(ValueError, match=r"(?i)output"):
                gradient_check.check_backward(F.exp, *arguments)
        with pytest.raises(RuntimeError):
            gradient_check.check_backward(
                lambda a, b: a * b, (self.x, self.x), self.x, no_grads=[True, False], dtype=numpy.float64
            )

    def test_wrong(self):
        with pytest.raises(AssertionError):
            gradient_check.check_backward(
                lambda x: x + chainer.Variable(x.array**2), self.x, self.x, dtype=numpy.float64
            )


testing.run_module(__name__, __file__)
