# code: unused-parameter
# where: l2
import chainer
import chainer.functions as F
import chainer.links as L
import numpy as np


class MLP(chainer.Chain):
    def __init__(self):
        super().__init__()
        with self.init_scope():
            self.l1 = L.Linear(6, 6)
            self.l2 = L.Linear(6, 6)  # guilty
            self.l3 = L.Linear(6, 2)

    def forward(self, x):
        h = F.relu(self.l1(x))
        h = F.relu(self.l1(h))  # faulty
        h = F.relu(self.l2(h))  # healthy
        return self.l3(h)


rng = np.random.RandomState(0)
x = rng.randn(40, 6).astype("f")
t = (x[:, 0] > 0).astype("i")
model = L.Classifier(MLP())
optimizer = chainer.optimizers.Adam(0.01).setup(model)
for i in range(20):
    optimizer.update(model, x, t)
