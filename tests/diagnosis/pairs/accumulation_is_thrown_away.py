# code: lost-accumulation
# where: Linear
import chainer
import chainer.functions as F
import chainer.links as L
import numpy as np

rng = np.random.RandomState(0)
x = rng.randn(64, 6).astype(np.float32)
y = x @ rng.randn(6, 1).astype(np.float32)
model = L.Linear(6, 1)
optimizer = chainer.optimizers.SGD(0.05).setup(model)
for step in range(10):
    model.cleargrads()  # healthy
    for part in range(4):
        model.cleargrads()  # faulty guilty
        rows = slice(part * 16, part * 16 + 16)
        loss = F.mean_squared_error(model(x[rows]), y[rows]) / 4
        loss.backward()
    optimizer.update()
