import chainer
import chainer.functions as F
import chainer.links as L
import numpy as np

class Softsign(chainer.Function):
    def forward(self, inputs):
        (x,) = inputs
        return (x / (1 + np.abs(x)),)

    def backward(self, inputs, grads):
        (x,), (gy,) = inputs, grads
        return (gy / (1 + np.abs(x)) ** 2,)


class Net(chainer.ChainList):
    def __init__(self, *sizes):
        super().__init__(*[L.Linear(a, b) for a, b in zip(sizes, sizes[1:])])

    def __call__(self, x):
        for link in self[:-1]:
            x = Softsign()(link(x))
        return self[-1](x)


rng = np.random.RandomState(12)
x = rng.randn(120, 6).astype(np.float32)
y = np.tanh(x[:, :2] + x[:, 2:4])
net = Net(6, 20, 20, 2)
optimizer = chainer.optimizers.AdaGrad(0.05)
optimizer.setup(net)


def loss_of(rows):
    return F.mean_squared_error(net(x[rows]), y[rows])


for epoch in range(5):
    order = rng.permutation(120)
    for i in range(0, 120, 30):
        optimizer.update(loss_of, order[i : i + 30])
