# code: training-mode
# where: bn
import chainer
import chainer.functions as F
import chainer.links as L
import numpy as np


class Net(chainer.Chain):
    def __init__(self):
        super().__init__()
        with self.init_scope():
            self.l1 = L.Linear(5, 10)
            self.bn = L.BatchNormalization(10)
            self.l2 = L.Linear(10, 2)

    def forward(self, x):
        return self.l2(F.relu(self.bn(self.l1(x))))


rng = np.random.RandomState(0)
x = rng.randn(64, 5).astype("f")
t = (x[:, 0] > 0).astype("i")
model = L.Classifier(Net())
optimizer = chainer.optimizers.Adam(0.01).setup(model)
chainer.config.train = False  # faulty guilty
for epoch in range(4):
    for i in range(0, 64, 16):
        optimizer.update(model, x[i : i + 16], t[i : i + 16])
