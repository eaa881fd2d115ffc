"""A density of narrow data: its negative log-likelihood begins near zero and ends far below zero."""

import chainer
import chainer.functions as F
import chainer.links as L
import numpy as np

rs = np.random.RandomState(1)
x = rs.randn(300, 3).astype(np.float32)
t = (x @ np.array([[0.1], [-0.1], [0.05]]) + 0.01 * rs.randn(300, 1)).astype(np.float32)


class Density(chainer.Chain):
    def __init__(self):
        super().__init__()
        with self.init_scope():
            self.mean = L.Linear(3, 1, initialW=chainer.initializers.Normal(0.05))
            self.ln_var = L.Linear(3, 1, initial_bias=-2)

    def forward(self, x, t):
        return F.gaussian_nll(t, self.mean(x), self.ln_var(x)) / len(x)


model = Density()
optimizer = chainer.optimizers.Adam(0.04).setup(model)
for step in range(150):
    pick = rs.choice(300, 60)
    optimizer.update(model, x[pick], t[pick])
