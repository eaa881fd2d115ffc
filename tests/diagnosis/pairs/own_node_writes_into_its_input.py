# code: changed-in-place
# where: l1
import chainer
import chainer.functions as F
import chainer.links as L
import numpy as np


class Cube(chainer.FunctionNode):  # guilty
    def forward(self, inputs):
        self.retain_inputs((0,))
        (x,) = inputs
        x *= x * x  # faulty
        x = x * x * x  # healthy
        return (x + 1,)

    def backward(self, indexes, gys):
        (x,) = self.get_retained_inputs()
        gx = gys[0] * 3
        gx.array[...] *= 0.5
        return (gx * 2 * x * x,)


class Net(chainer.Chain):
    def __init__(self):
        super().__init__()
        with self.init_scope():
            self.l1 = L.Linear(5, 9)
            self.l2 = L.Linear(9, 2)

    def forward(self, x):
        return self.l2(Cube().apply((self.l1(x),))[0])


rng = np.random.RandomState(0)
x = rng.randn(40, 5).astype("f")
t = (x[:, 0] > 0).astype("i")
model = Net()
optimizer = chainer.optimizers.SGD(0.01).setup(model)
for i in range(10):
    model.cleargrads()
    loss = F.softmax_cross_entropy(model(x), t)
    loss.backward()
    optimizer.update()
