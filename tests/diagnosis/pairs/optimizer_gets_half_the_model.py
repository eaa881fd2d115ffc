# code: not-in-optimizer
# where: out
import chainer
import chainer.functions as F
import chainer.links as L
import numpy as np


class Two(chainer.Chain):
    def __init__(self):
        super().__init__()
        with self.init_scope():
            self.hid = L.Linear(3, 12)
            self.out = L.Linear(12, 1)

    def forward(self, x):
        return self.out(F.sigmoid(self.hid(x)))


rng = np.random.RandomState(0)
x = rng.rand(32, 3).astype("f")
y = x[:, :1] * x[:, 1:2]
model = Two()
optimizer = chainer.optimizers.Adam(0.01)
optimizer.setup(model.hid)  # faulty guilty
optimizer.setup(model)  # healthy
for i in range(20):
    model.cleargrads()
    loss = F.mean_squared_error(model(x), y)
    loss.backward()
    optimizer.update()
