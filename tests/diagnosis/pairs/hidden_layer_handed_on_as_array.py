# code: graph-cut
# where: predictor.l1
import chainer
import chainer.functions as F
import chainer.links as L
import numpy as np


class MLP(chainer.Chain):
    def __init__(self):
        super().__init__()
        with self.init_scope():
            self.l1 = L.Linear(4, 16)
            self.l2 = L.Linear(16, 2)

    def forward(self, x):
        h = F.relu(self.l1(x))
        return self.l2(h.array)  # faulty guilty
        return self.l2(h)  # healthy


rng = np.random.RandomState(3)
x = rng.randn(60, 4).astype(np.float32)
t = (x[:, 0] * x[:, 1] > 0).astype(np.int32)
model = L.Classifier(MLP())
optimizer = chainer.optimizers.Adam(alpha=0.01).setup(model)
for i in range(25):
    optimizer.update(model, x, t)
