import chainer
import chainer.functions as F
import chainer.links as L
import numpy as np


class Net(chainer.Chain):
    def __init__(self):
        super().__init__()
        with self.init_scope():
            self.l1 = L.Linear(6, 10)
            self.bn = L.BatchNormalization(10)
            self.l2 = L.Linear(10, 2)

    def forward(self, x):
        h = self.l1(x)
        with chainer.using_config("train", False):
            h = self.bn(h)
        return self.l2(F.relu(h))


rng = np.random.RandomState(0)
x = rng.randn(64, 6).astype("f")
t = (x[:, 0] > 0).astype("i")
model = L.Classifier(Net())
optimizer = chainer.optimizers.Adam(0.02).setup(model)
for i in range(30):
    optimizer.update(model, x, t)
