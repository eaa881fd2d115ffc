# code: not-registered
# where: l2
import chainer
import chainer.functions as F
import chainer.links as L
import numpy as np


class Model(chainer.Chain):
    def __init__(self):
        super().__init__()
        with self.init_scope():
            self.l1 = L.Linear(3, 10)
            self.l2 = L.Linear(10, 2)  # healthy
        self.l2 = L.Linear(10, 2)  # faulty guilty

    def forward(self, x):
        return self.l2(F.relu(self.l1(x)))


rng = np.random.RandomState(0)
x = rng.randn(50, 3).astype(np.float32)
t = (x[:, 0] > x[:, 1]).astype(np.int32)
model = Model()
optimizer = chainer.optimizers.SGD(0.3)
optimizer.setup(model)
for i in range(20):
    model.cleargrads()
    if model.l2.W.grad is not None:
        model.l2.cleargrads()
    loss = F.softmax_cross_entropy(model(x), t)
    loss.backward()
    optimizer.update()
