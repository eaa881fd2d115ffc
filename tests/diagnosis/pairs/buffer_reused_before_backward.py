# code: changed-in-place
# where: Linear
import chainer
import chainer.functions as F
import chainer.links as L
import numpy as np

rng = np.random.RandomState(0)
data = rng.randn(60, 4).astype("f")
target = data.sum(axis=1, keepdims=True)
buffer = np.zeros((20, 4), "f")
model = L.Linear(4, 1)
optimizer = chainer.optimizers.SGD(0.1).setup(model)
for epoch in range(6):
    for i in range(0, 60, 20):
        buffer[:] = data[i : i + 20]
        loss = F.mean_squared_error(model(buffer), target[i : i + 20])
        buffer[:] = 0  # faulty guilty
        model.cleargrads()
        loss.backward()
        optimizer.update()
