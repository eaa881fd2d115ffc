# code: dead-relu
# where: l1
import chainer
import chainer.functions as F
import chainer.links as L
import numpy as np


class Net(chainer.Chain):
    def __init__(self):
        super().__init__()
        with self.init_scope():
            self.l1 = L.Linear(4, 16, initial_bias=-15)  # faulty guilty
            self.l1 = L.Linear(4, 16)  # healthy
            self.l2 = L.Linear(16, 2)

    def forward(self, x):
        return self.l2(F.relu(self.l1(x)))


rng = np.random.RandomState(0)
x = rng.randn(64, 4).astype("f")
t = (x[:, 0] > 0).astype("i")
model = L.Classifier(Net())
optimizer = chainer.optimizers.SGD(0.1).setup(model)
for i in range(30):
    optimizer.update(model, x, t)
