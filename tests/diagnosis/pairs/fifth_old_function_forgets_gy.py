# code: wrong-gradient
# where: Swish
import chainer
import chainer.functions as F
import chainer.links as L
import numpy as np


class Swish(chainer.Function):
    def forward(self, inputs):
        (x,) = inputs
        self.s = 1 / (1 + np.exp(-x))
        return ((x * self.s).astype(x.dtype),)

    def backward(self, inputs, grads):  # guilty
        (x,), (gy,) = inputs, grads
        slope = self.s + x * self.s * (1 - self.s)
        return (slope.astype(x.dtype),)  # faulty guilty
        return ((gy * slope).astype(x.dtype),)  # healthy


class Net(chainer.ChainList):
    def __init__(self):
        super().__init__(L.Linear(5, 10), L.Linear(10, 10), L.Linear(10, 1))

    def forward(self, x):
        for link in self[:-1]:
            x = Swish()(link(x))
        return self[-1](x)


rng = np.random.RandomState(4)
x = rng.randn(80, 5).astype(np.float32)
y = np.abs(x[:, :1]) + x[:, 1:2]
net = Net()
optimizer = chainer.optimizers.Adam(0.005)
optimizer.setup(net)
for i in range(20):
    chosen = rng.permutation(80)[:16]
    optimizer.update(lambda: F.mean_squared_error(net(x[chosen]), y[chosen]))
