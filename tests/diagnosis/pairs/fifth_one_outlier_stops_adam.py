# code: optimizer-state
# where: Sequential
import chainer
import chainer.functions as F
import chainer.links as L
import numpy as np

rng = np.random.RandomState(14)
x = rng.randn(200, 6).astype(np.float32)
y = x @ rng.randn(6, 1).astype(np.float32)
chance = rng.uniform(0.2, 1, 200).astype(np.float32)
chance[57] = 1e-24  # faulty
weight = (1 / chance)[:, None]  # of examples that were drawn with these chances
model = chainer.Sequential(L.Linear(6, 12), F.tanh, L.Linear(12, 1))
optimizer = chainer.optimizers.Adam(0.01)  # guilty
optimizer.setup(model)
for step in range(60):
    rows = slice(step * 20 % 200, step * 20 % 200 + 20)
    loss = F.mean(weight[rows] * F.squared_error(model(x[rows]), y[rows]))
    model.cleargrads()
    loss.backward()
    optimizer.update()
