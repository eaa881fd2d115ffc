# code: broadcast-targets
# where: sub
import chainer
import chainer.functions as F
import chainer.links as L
import numpy as np

rng = np.random.RandomState(0)
x = rng.randn(32, 3).astype("f")
y = x.sum(axis=1)
model = L.Linear(3, 1)
optimizer = chainer.optimizers.SGD(lr=0.05).setup(model)
for i in range(20):
    pred = model(x)
    loss = F.mean((pred - y) ** 2)  # faulty guilty
    loss = F.mean((pred[:, 0] - y) ** 2)  # healthy
    model.cleargrads()
    loss.backward()
    optimizer.update()
