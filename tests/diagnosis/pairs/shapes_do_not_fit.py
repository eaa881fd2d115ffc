# code: script-failed
# where: l2
import chainer
import chainer.functions as F
import chainer.links as L
import numpy as np


class Net(chainer.Chain):
    def __init__(self):
        super().__init__()
        with self.init_scope():
            self.l1 = L.Linear(4, 10)
            self.l2 = L.Linear(12, 2)  # faulty
            self.l2 = L.Linear(10, 2)  # healthy

    def forward(self, x):
        return self.l2(F.relu(self.l1(x)))  # guilty


rng = np.random.RandomState(0)
x = rng.randn(20, 4).astype("f")
t = (x[:, 0] > 0).astype("i")
model = L.Classifier(Net())
optimizer = chainer.optimizers.SGD().setup(model)
for i in range(10):
    optimizer.update(model, x, t)
