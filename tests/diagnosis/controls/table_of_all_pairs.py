"""Each score against each label, and against each other score: tables on purpose."""

import chainer
import chainer.functions as F
import chainer.links as L
import numpy as np

rng = np.random.RandomState(0)
x = rng.randn(24, 5).astype("f")
t = x[:, :1] - x[:, 1:2]
model = chainer.Sequential(L.Linear(5, 16), F.tanh, L.Linear(16, 1))
optimizer = chainer.optimizers.Adam(alpha=0.01).setup(model)
for i in range(60):
    score = model(x)
    ranks = F.softplus((score - F.transpose(score)) * np.sign(t.T - t))
    nearest = F.min((score - t.T) ** 2, axis=1)
    loss = F.mean(ranks) + 0.1 * F.mean(nearest)
    model.cleargrads()
    loss.backward()
    optimizer.update()
