# code: saturated
# where: hidden
import numpy as np
import chainer
import chainer.functions as F
import chainer.links as L


class Squashed(chainer.Chain):
    def __init__(self):
        super().__init__()
        with self.init_scope():
            self.hidden = L.Linear(6, 24, initial_bias=40)  # faulty guilty
            self.hidden = L.Linear(6, 24)  # healthy
            self.head = L.Linear(24, 1)

    def forward(self, x):
        return self.head(F.arctan(self.hidden(x)))


random = np.random.RandomState(3)
x = random.randn(48, 6).astype(np.float32)
t = np.sin(3 * x[:, :1]) * x[:, 1:2]
model = Squashed()
optimizer = chainer.optimizers.Adam(alpha=3e-3).setup(model)
for _ in range(40):
    loss = F.mean_squared_error(model(x), t)
    model.cleargrads()
    loss.backward()
    optimizer.update()
