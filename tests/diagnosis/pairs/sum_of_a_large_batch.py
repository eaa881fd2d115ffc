# code: summed-loss
# where: sum
import chainer
import chainer.functions as F
import chainer.links as L
import numpy as np

rng = np.random.RandomState(0)
x = rng.randn(256, 5).astype("f")
y = x.sum(axis=1, keepdims=True)
model = chainer.Sequential(L.Linear(5, 10), F.tanh, L.Linear(10, 1))
optimizer = chainer.optimizers.SGD(lr=0.1).setup(model)
for i in range(20):
    error = model(x) - y
    loss = F.sum(error * error)  # faulty guilty
    loss = F.mean(error * error)  # healthy
    model.cleargrads()
    loss.backward()
    optimizer.update()
