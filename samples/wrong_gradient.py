"""A function of one's own whose gradient is wrong, for `bpdebug gradcheck` to find.

    bpdebug gradcheck samples/wrong_gradient.py

`Huber` is the smooth absolute error: x^2 / 2 near zero, |x| - 1/2 beyond one. Its backward forgets that the slope
beyond one is the sign of x: it gives 1 on both sides. Nothing fails, the training only doesn't get there.
"""

import chainer
import chainer.links as L
import numpy as np
from chainer import Chain, FunctionNode, optimizers

np.random.seed(0)


class Huber(FunctionNode):
    def forward(self, inputs):
        self.retain_inputs((0,))
        (x,) = inputs
        return (np.where(abs(x) < 1, x * x / 2, abs(x) - 0.5).astype(x.dtype),)

    def backward(self, target_input_indexes, grad_outputs):
        (x,) = self.get_retained_inputs()
        slope = np.where(abs(x.array) < 1, x.array, 1)  # should be: np.clip(x.array, -1, 1)
        return (grad_outputs[0] * slope.astype(x.dtype),)


class Line(Chain):
    def __init__(self):
        super().__init__()
        with self.init_scope():
            self.l = L.Linear(1, 1)

    def forward(self, x):
        return self.l(x)


x = np.linspace(-3, 3, 12, dtype=np.float32).reshape(-1, 1)
t = 2 * x + 1
model = Line()
optimizer = optimizers.SGD(lr=0.1)
optimizer.setup(model)

for _ in range(20):
    (error,) = Huber().apply((model(x) - t,))
    loss = chainer.functions.mean(error)
    model.cleargrads()
    loss.backward()
    optimizer.update()
print(f"loss {float(loss.array):.4f}, weight {float(model.l.W.array[0, 0]):.3f}, should be 2")
