"""A Function of one's own: y = x W^T + b, its gradients written by hand and checked by finite differences.

The tutorial text that this sample comes from had these mistakes:

* It kept W and b as attributes and called `forward` itself from `__call__`. So Chainer never saw the op:
  nothing was put into the graph, `backward` would never have run, and W and b could not have got a gradient.
  Here W and b are inputs like x, and the op is called through Function's own `__call__`.
* `backward` must give one gradient for each input. It gave three, for an op with the one input x.
* It used `F.linear` on the raw arrays inside `forward` and `backward`. Those functions give Variables, but an
  old-style Function works on arrays and must give arrays.
* gW was `F.linear(x, gy.T)`, which is x gy: a (2, 3) matrix times a (2, 2) one, which can't even be
  multiplied, and where the sizes happen to fit it sums over the wrong axis. The gradient of W sums over the
  samples: gy^T x, which has the shape of W.
* gb was gy itself. b is added to every sample, so its gradient is the sum of gy over the samples.
* W had the shape (3, 2); y = x W^T + b with three inputs and two outputs needs (2, 3).
* The import of NumPy was missing.

Its gx, which is gy W, was right.
"""

import chainer
import chainer.functions as F
import numpy as np


class LinearFunction(chainer.Function):
    def forward(self, inputs):
        x, W, b = inputs
        return (x.dot(W.T) + b,)

    def backward(self, inputs, grad_outputs):
        x, W, _ = inputs
        (gy,) = grad_outputs
        gx = gy.dot(W)  # (samples, out) (out, in) -> (samples, in), like x
        gW = gy.T.dot(x)  # (out, samples) (samples, in) -> (out, in), like W
        gb = gy.sum(axis=0)  # (out,), like b
        return gx, gW, gb


def loss_of(x, W, b):
    """The same loss in plain NumPy and float64, to differentiate by trying it out."""
    return ((x @ W.T + b) ** 2).sum()


def finite_differences(values, which, step=1e-4):
    """The gradient of loss_of with respect to values[which]: nudge each element, see the loss change."""
    values = [value.astype(np.float64) for value in values]
    gradient = np.zeros_like(values[which])
    for place in np.ndindex(gradient.shape):
        middle = values[which][place]
        values[which][place] = middle + step
        above = loss_of(*values)
        values[which][place] = middle - step
        below = loss_of(*values)
        values[which][place] = middle
        gradient[place] = (above - below) / (2 * step)
    return gradient


np.random.seed(0)
x = chainer.Variable(np.array([[1, 2, 3], [4, 5, 6]], dtype=np.float32), name="x")
W = chainer.Variable(np.random.randn(2, 3).astype(np.float32), name="W")
b = chainer.Variable(np.random.randn(2).astype(np.float32), name="b")

y = LinearFunction()(x, W, b)
print("y:", y.data)

loss = F.sum(y * y)
loss.backward()

for which, variable in enumerate((x, W, b)):
    expected = finite_differences([x.data, W.data, b.data], which)
    # Relative to the size of the gradient: float32 keeps about seven digits.
    error = abs(variable.grad - expected).max() / abs(expected).max()
    assert error < 1e-5, f"the gradient of {variable.name} is wrong: relative error {error:.1e}"
    print(f"g{variable.name} (agrees with finite differences):", variable.grad)
