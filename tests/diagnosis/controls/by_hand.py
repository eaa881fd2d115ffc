"""No optimizer at all: the script changes the weights by itself."""
import chainer
import chainer.functions as F
import numpy as np

rng = np.random.RandomState(0)
x = rng.randn(30, 2).astype("f")
y = (x @ np.array([[1.0], [-2.0]])).astype("f")
W = chainer.Parameter(np.zeros((1, 2), "f"))
b = chainer.Parameter(np.zeros(1, "f"))
for i in range(40):
    loss = F.mean_squared_error(F.linear(x, W, b), y)
    W.cleargrad()
    b.cleargrad()
    loss.backward()
    W.array -= 0.1 * W.grad
    b.array -= 0.1 * b.grad
