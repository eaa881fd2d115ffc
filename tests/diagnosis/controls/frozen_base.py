"""Transfer learning: the base is frozen with disable_update."""
import chainer
import chainer.functions as F
import chainer.links as L
import numpy as np


class Tuned(chainer.Chain):
    def __init__(self, base):
        super().__init__()
        with self.init_scope():
            self.base = base
            self.head = L.Linear(8, 2)

    def forward(self, x):
        return self.head(F.relu(self.base(x)))


rng = np.random.RandomState(0)
x = rng.randn(60, 5).astype("f")
t = (x[:, 0] > 0).astype("i")
model = Tuned(L.Linear(5, 8))
optimizer = chainer.optimizers.Adam(0.05).setup(model)
model.base.disable_update()
for i in range(30):
    loss = F.softmax_cross_entropy(model(x), t)
    model.cleargrads()
    loss.backward()
    optimizer.update()
