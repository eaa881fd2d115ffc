# code: same-batch
# where: Linear
import chainer
import chainer.functions as F
import chainer.links as L
import numpy as np

rng = np.random.RandomState(0)
x = rng.randn(80, 4).astype("f")
y = x.sum(axis=1, keepdims=True)
model = L.Linear(4, 1)
optimizer = chainer.optimizers.SGD(0.05).setup(model)
for epoch in range(4):
    for i in range(0, 80, 20):
        batch = x[0:20]  # faulty guilty
        target = y[0:20]  # faulty
        batch = x[i : i + 20]  # healthy
        target = y[i : i + 20]  # healthy
        loss = F.mean_squared_error(model(batch), target)
        model.cleargrads()
        loss.backward()
        optimizer.update()
