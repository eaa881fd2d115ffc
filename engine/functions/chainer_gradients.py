"""Chainer's ops that compute gradients of elementwise functions and of cells, as classes under its names.

See `made_of_ops` for what these are.
"""

from __future__ import annotations

import math
from typing import Any

from ..variable import as_array
from .activation.softplus import softplus
from .activation.swish import swish
from .array.broadcast import broadcast_to
from .array.reshape import reshape
from .made_of_ops import Compute, MadeOfOpsClasses, as_mask, gradients_of
from .math.exponential import exp
from .math.inverse_trigonometric import arccos, arcsin, arctan, arctan2
from .math.scale import linear_interpolate
from .math.sum import sum, sum_to
from .math.trigonometric import cos, sin
from .rnn.lstm import lstm
from .rnn.slstm import slstm

__all__ = ["CLASSES"]

CLASSES = MadeOfOpsClasses()


# ---- activations ----------------------------------------------------------------------------------------------


@CLASSES.of("activation.relu")
def ReLUGrad2(b: Any) -> Compute:
    """gx from gy, for the output b of relu."""
    return lambda gy: gy * as_mask(as_array(b) > 0, gy)


@CLASSES.of("activation.clipped_relu")
def ClippedReLUGrad2(x: Any, z: float) -> Compute:
    """gx from gy, for the input x of clipped_relu."""
    x = as_array(x)
    return lambda gy: gy * as_mask((x > 0) & (x < z), gy)


@CLASSES.of("activation.clipped_relu")
def ClippedReLUGrad3(x: Any, y: Any, z: float) -> Compute:
    """gx from gy, for input and output of clipped_relu."""
    return ClippedReLUGrad2(x, z)


@CLASSES.of("activation.hard_sigmoid")
def HardSigmoidGrad(x: Any) -> Compute:
    """gx from gy, for the input x of hard_sigmoid."""
    return lambda gy: gy * (0.2 * as_mask(abs(as_array(x)) < 2.5, gy))


@CLASSES.of("activation.elu")
def ELUGrad(alpha: float, cond: Any) -> Compute:
    """The slope from the output y of elu: 1 where cond holds, else y + alpha."""

    def slope(y: Any) -> Any:
        above = as_mask(as_array(cond) != 0, y)
        return above + (y + alpha) * (1 - above)

    return slope


@CLASSES.of("activation.log_softmax")
def LogSoftmaxGrad(x_xp: Any, x_shape: Any, x_dtype: Any, axis: int) -> Compute:
    """gx from the output y of log_softmax and gy."""
    return lambda y, gy: gy - exp(y) * broadcast_to(sum(gy, axis, keepdims=True), gy.shape)


@CLASSES.of("activation.prelu")
def PReLUFunctionGrad(cond: Any, reduce_axes: tuple[int, ...], extended_shape: tuple[int, ...]) -> Compute:
    """gx and gW from x, W and gy of prelu; gy goes on as it is where cond, the input, is not negative."""

    def gradients(x: Any, W: Any, gy: Any) -> Any:
        above = as_mask(as_array(cond) >= 0, gy)
        slope = broadcast_to(reshape(W, extended_shape), x.shape)
        gW = sum(gy * x * (1 - above), reduce_axes)
        return gy * above + slope * gy * (1 - above), reshape(gW, W.shape)

    return gradients


@CLASSES.of("activation.sigmoid")
def SigmoidGrad(inputs: Any) -> Compute:
    """gx from the output y of sigmoid and gy."""
    return lambda y, gy: gy * y * (1 - y)


@CLASSES.of("activation.tanh")
def TanhGrad(x: Any) -> Compute:
    """gx from the output y of tanh and gy."""
    return lambda y, gy: gy * (1 - y * y)


@CLASSES.of("activation.softplus")
def SoftplusGrad(inputs: tuple[float]) -> Compute:
    """gx from x and gy of softplus, of which `inputs` holds beta."""
    return gradients_of(lambda x: softplus(x, inputs[0]))


@CLASSES.of("activation.swish")
def SwishGrad(extended_shape: tuple[int, ...], reduction_axes: tuple[int, ...]) -> Compute:
    """gx and gbeta from x, beta and gy of swish."""
    return gradients_of(lambda x, beta: swish(x, beta))


@CLASSES.of("noise.dropout")
def DropoutGrad(mask: Any) -> Compute:
    """gx from gy of dropout."""
    return lambda gy: gy * mask


# ---- arithmetic -----------------------------------------------------------------------------------------------


@CLASSES.of("math.basic_math")
def AbsoluteGrad(x: Any) -> Compute:
    """gx from gy, for the input x of absolute."""
    x = as_array(x)
    return lambda gy: gy * (as_mask(x > 0, gy) - as_mask(x < 0, gy))


@CLASSES.of("math.basic_math")
def DivGrad(is_elementwise: bool) -> Compute:
    """ga and gb from a, b and gy of a / b."""
    return gradients_of(lambda a, b: a / b)


@CLASSES.of("math.basic_math")
def DivFromConstantGrad(value: float) -> Compute:
    """gx from x and gy of value / x."""
    return gradients_of(lambda x: value / x)


@CLASSES.of("math.basic_math")
def PowConstVarGrad(value: float) -> Compute:
    """gx from the output y and gy of value ** x."""
    return lambda y, gy: math.log(value) * y * gy


@CLASSES.of("math.basic_math")
def PowVarConstGrad(value: float) -> Compute:
    """gx from x and gy of x ** value."""
    return gradients_of(lambda x: x**value)


@CLASSES.of("math.basic_math")
def PowVarVarGrad(is_elementwise: bool, y: Any) -> Compute:
    """ga and gb from a, b and gy of y = a ** b."""
    return gradients_of(lambda a, b: a**b)


@CLASSES.of("math.batch_l2_norm_squared")
def BatchL2NormSquaredGrad() -> Compute:
    """gx from x and gy of batch_l2_norm_squared."""
    return lambda x, gy: 2 * x * broadcast_to(reshape(gy, (-1, *(1,) * (x.ndim - 1))), x.shape)


@CLASSES.of("math.clip")
def ClipGrad(x: Any, x_min: float | None, x_max: float | None) -> Compute:
    """gx from gy, for the input x of clip."""
    x = as_array(x)
    inside = (x >= (x if x_min is None else x_min)) & (x <= (x if x_max is None else x_max))
    return lambda gy: gy * as_mask(inside, gy)


@CLASSES.of("math.maximum")
def MaximumGrad(x1: Any, x2: Any) -> Compute:
    """gx1 and gx2 from gy of maximum; the first one where both are equal."""
    first = as_array(x1) >= as_array(x2)
    return lambda gy: _shared(gy, first, x1, x2)


@CLASSES.of("math.minimum")
def MinimumGrad(x1: Any, x2: Any) -> Compute:
    """gx1 and gx2 from gy of minimum; the first one where both are equal."""
    first = as_array(x1) <= as_array(x2)
    return lambda gy: _shared(gy, first, x1, x2)


def _shared(gy: Any, first: Any, x1: Any, x2: Any) -> Any:
    """gy for x1 where `first` holds, and for x2 elsewhere, each summed where it was stretched."""
    mask = as_mask(first, gy)
    return sum_to(gy * mask, x1.shape), sum_to(gy * (1 - mask), x2.shape)


@CLASSES.of("math.linear_interpolate")
def LinearInterpolateGrad() -> Compute:
    """gp, gx and gy from p, x, y and gz of linear_interpolate."""
    return gradients_of(linear_interpolate)


@CLASSES.of("math.trigonometric")
def ArccosGrad() -> Compute:
    """gx from x and gy of arccos."""
    return gradients_of(arccos)


@CLASSES.of("math.trigonometric")
def ArcsinGrad() -> Compute:
    """gx from x and gy of arcsin."""
    return gradients_of(arcsin)


@CLASSES.of("math.trigonometric")
def ArctanGrad() -> Compute:
    """gx from x and gy of arctan."""
    return gradients_of(arctan)


@CLASSES.of("math.trigonometric")
def Arctan2Grad() -> Compute:
    """gx1 and gx2 from x1, x2 and gy of arctan2."""
    return gradients_of(arctan2)


@CLASSES.of("math.trigonometric")
def CosGrad() -> Compute:
    """gx from x and gy of cos."""
    return gradients_of(cos)


@CLASSES.of("math.trigonometric")
def SinGrad() -> Compute:
    """gx from x and gy of sin."""
    return gradients_of(sin)


# ---- cells ----------------------------------------------------------------------------------------------------


@CLASSES.of("rnn.lstm")
def LSTMGrad() -> Compute:
    """gc_prev and gx from c_prev, x, the new c, gc and gh of lstm."""
    gradients = gradients_of(lstm, 2)
    return lambda c_prev, x, c, gc, gh: gradients(c_prev, x, gc, gh)


@CLASSES.of("rnn.slstm")
def SLSTMGrad() -> Compute:
    """The gradients of c_prev1, c_prev2, x1 and x2 from these, the new c, gc and gh of slstm."""
    gradients = gradients_of(slstm, 2)
    return lambda c_prev1, c_prev2, x1, x2, c, gc, gh: gradients(c_prev1, c_prev2, x1, x2, gc, gh)
