# code: missing-cleargrads
# where: MLP
import chainer
import chainer.functions as F
import chainer.links as L
import numpy as np
from chainer import optimizers


class MLP(chainer.Chain):
    def __init__(self):
        super().__init__()
        with self.init_scope():
            self.l1 = L.Linear(4, 8)
            self.l2 = L.Linear(8, 3)

    def forward(self, x):
        return self.l2(F.relu(self.l1(x)))


rng = np.random.RandomState(1)
x = rng.randn(64, 4).astype(np.float32)
t = (x[:, 0] > 0).astype(np.int32) + (x[:, 1] > 0)
model = MLP()
optimizer = optimizers.SGD(lr=0.1)
optimizer.setup(model)
model.cleargrads()
for epoch in range(20):
    loss = F.softmax_cross_entropy(model(x), t.astype(np.int32))
    model.cleargrads()  # healthy
    loss.backward()  # guilty
    optimizer.update()
