# code: broadcast-targets
# where: sub
import numpy as np
import chainer
import chainer.functions as F
import chainer.links as L


class House(chainer.Chain):
    def __init__(self):
        super().__init__()
        with self.init_scope():
            self.fc = L.Linear(4, 16)
            self.price = L.Linear(16, 1)

    def loss(self, x, y):
        p = self.price(F.relu(self.fc(x)))
        p = F.reshape(p, (-1,))  # healthy
        diff = p - y  # guilty
        return F.mean(F.absolute(diff))


rs = np.random.RandomState(1)
x = rs.randn(50, 4).astype("f")
y = x.sum(axis=1)
h = House()
o = chainer.optimizers.Adam(0.01).setup(h)
for i in range(20):
    o.update(h.loss, x, y)
