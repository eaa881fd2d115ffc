# code: wrong-gradient
# where: Cube
import numpy as np
import chainer
import chainer.functions as F
import chainer.links as L
from chainer import FunctionNode


class Cube(FunctionNode):
    def forward(self, inputs):
        x, = inputs
        self.retain_inputs((0,))
        return x ** 3,

    def backward(self, indexes, gys):
        x, = self.get_retained_inputs()
        return 2 * x * x * gys[0],  # faulty guilty
        return 3 * x * x * gys[0],  # healthy


rs = np.random.RandomState(1)
x = rs.rand(50, 3).astype("f")
y = x.sum(axis=1, keepdims=True) ** 3
m = L.Linear(3, 1)
o = chainer.optimizers.SGD(0.01).setup(m)
for i in range(20):
    loss = F.mean_squared_error(Cube().apply((m(x),))[0], y)
    m.cleargrads()
    loss.backward()
    o.update()
