# code: vanishing-gradient
# where: l1
import chainer
import chainer.functions as F
import chainer.links as L
import numpy as np


class Deep(chainer.Chain):
    def __init__(self):
        super().__init__()
        with self.init_scope():
            self.l1 = L.Linear(8, 16)
            self.l2 = L.Linear(16, 16)
            self.l3 = L.Linear(16, 16)
            self.l4 = L.Linear(16, 16)
            self.l5 = L.Linear(16, 16)
            self.l6 = L.Linear(16, 2)

    def forward(self, x):
        act = F.sigmoid  # faulty
        act = F.relu  # healthy
        h = act(self.l1(x))  # guilty
        h = act(self.l2(h))
        h = act(self.l3(h))
        h = act(self.l4(h))
        return self.l6(act(self.l5(h)))


rng = np.random.RandomState(0)
x = rng.randn(64, 8).astype("f")
t = (x[:, 0] > 0).astype("i")
model = L.Classifier(Deep())
optimizer = chainer.optimizers.SGD(0.1).setup(model)
for i in range(40):
    optimizer.update(model, x, t)
