# code: shared-layer
# where: fc
import chainer
import chainer.functions as F
import chainer.links as L
import numpy as np


class Deep(chainer.Chain):
    def __init__(self):
        super().__init__()
        with self.init_scope():
            self.inp = L.Linear(4, 8)
            self.fc1 = L.Linear(8, 8)
            self.fc2 = self.fc1  # faulty guilty
            self.fc2 = L.Linear(8, 8)  # healthy
            self.out = L.Linear(8, 2)

    def forward(self, x):
        h = F.relu(self.inp(x))
        return self.out(F.relu(self.fc2(F.relu(self.fc1(h)))))


rng = np.random.RandomState(0)
x = rng.randn(40, 4).astype("f")
t = (x[:, 0] > 0).astype("i")
model = L.Classifier(Deep())
optimizer = chainer.optimizers.Adam(0.01).setup(model)
for i in range(20):
    optimizer.update(model, x, t)
