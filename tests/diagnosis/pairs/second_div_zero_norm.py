# code: nan-in-forward
# where: div
import numpy as np
import chainer
import chainer.functions as F
import chainer.links as L


class Unit(chainer.Chain):
    def __init__(self):
        super().__init__()
        with self.init_scope():
            self.fc = L.Linear(4, 4, nobias=True)
            self.out = L.Linear(4, 2)

    def forward(self, x):
        h = F.relu(self.fc(x))
        n = F.sum(h, axis=1, keepdims=True)
        h = h / F.broadcast_to(n, h.shape)  # faulty guilty
        h = h / F.broadcast_to(n + 1e-5, h.shape)  # healthy
        return self.out(h)


rs = np.random.RandomState(1)
x = rs.randn(40, 4).astype("f")
x[13] = 0
t = (x[:, 0] > 0).astype("i")
m = L.Classifier(Unit())
o = chainer.optimizers.SGD(0.1).setup(m)
for i in range(10):
    o.update(m, x, t)
