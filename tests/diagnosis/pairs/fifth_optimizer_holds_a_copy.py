# code: not-in-optimizer
# where: Sequential
import copy

import chainer
import chainer.functions as F
import chainer.links as L
import numpy as np

rng = np.random.RandomState(20)
x = rng.randn(64, 3).astype(np.float32)
y = np.sin(x.sum(axis=1, keepdims=True))
model = chainer.Sequential(L.Linear(3, 10), F.sigmoid, L.Linear(10, 1))
best = copy.deepcopy(model)
optimizer = chainer.optimizers.RMSprop(0.01)
optimizer.setup(best)  # faulty guilty
optimizer.setup(model)  # healthy
best.cleargrads()
for p in best.params():
    p.grad = np.zeros_like(p.array)
lowest = np.inf
for step in range(20):
    prediction = model(x)
    loss = F.mean_squared_error(prediction, y)
    model.cleargrads()
    loss.backward()
    optimizer.update()
    lowest = min(lowest, float(loss.array))
