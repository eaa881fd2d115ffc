# Its scale is small, and rightly so: softplus is far on its flat side, and the loss falls well.
import numpy as np
import chainer
import chainer.functions as F
import chainer.links as L


class Density(chainer.Chain):
    def __init__(self):
        super().__init__()
        with self.init_scope():
            self.body = L.Linear(3, 16)
            self.mean = L.Linear(16, 1)
            self.scale = L.Linear(16, 1, initial_bias=-3.5)

    def forward(self, x):
        h = F.elu(self.body(x))
        return self.mean(h), F.softplus(self.scale(h)) + 1e-3


random = np.random.RandomState(2)
x = random.randn(64, 3).astype(np.float32)
t = (x[:, :1] - 0.5 * x[:, 1:2] + 0.01 * random.randn(64, 1)).astype(np.float32)
model = Density()
optimizer = chainer.optimizers.Adam(1e-2).setup(model)
for _ in range(60):
    mean, scale = model(x)
    loss = F.average(((mean - t) / scale) ** 2 / 2 + F.log(scale))
    model.cleargrads()
    loss.backward()
    optimizer.update()
