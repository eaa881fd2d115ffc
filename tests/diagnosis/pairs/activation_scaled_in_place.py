# code: changed-in-place
# where: l1
import chainer
import chainer.functions as F
import chainer.links as L
import numpy as np


class Net(chainer.Chain):
    def __init__(self):
        super().__init__()
        with self.init_scope():
            self.l1 = L.Linear(5, 9)
            self.l2 = L.Linear(9, 2)

    def forward(self, x):
        h = F.tanh(self.l1(x))
        h.array[:] *= 3.0  # faulty guilty
        h = h * 3.0  # healthy
        return self.l2(h)


rng = np.random.RandomState(0)
x = rng.randn(40, 5).astype("f")
t = (x[:, 0] > 0).astype("i")
model = Net()
optimizer = chainer.optimizers.SGD(0.05).setup(model)
for i in range(20):
    model.cleargrads()
    loss = F.softmax_cross_entropy(model(x), t)
    loss.backward()
    optimizer.update()
