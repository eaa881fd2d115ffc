import chainer
import chainer.functions as F
import chainer.links as L
import numpy as np


class Multi(chainer.Chain):
    def __init__(self):
        super().__init__()
        with self.init_scope():
            self.body = L.Linear(5, 16)
            self.kind = L.Linear(16, 3)
            self.size = L.Linear(16, 1)

    def forward(self, x):
        h = F.relu(self.body(x))
        return self.kind(h), self.size(h)


rng = np.random.RandomState(0)
x = rng.randn(60, 5).astype("f")
t = x[:, :3].argmax(axis=1).astype("i")
y = x.sum(axis=1, keepdims=True)
model = Multi()
optimizer = chainer.optimizers.Adam(0.01).setup(model)
for i in range(40):
    kind, size = model(x)
    loss = F.softmax_cross_entropy(kind, t) + 0.1 * F.mean_squared_error(size, y)
    model.cleargrads()
    loss.backward()
    optimizer.update()
