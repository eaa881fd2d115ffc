# code: diverging
# where: SGD
import chainer
import chainer.functions as F
import chainer.links as L
import numpy as np

rng = np.random.RandomState(0)
x = rng.randn(64, 8).astype("f")
y = (x @ rng.randn(8, 1)).astype("f")
model = chainer.Sequential(L.Linear(8, 20), F.relu, L.Linear(20, 1))
optimizer = chainer.optimizers.SGD(lr=5.0)  # faulty guilty
optimizer = chainer.optimizers.SGD(lr=0.05)  # healthy
optimizer.setup(model)
for i in range(30):
    loss = F.mean_squared_error(model(x), y)
    model.cleargrads()
    loss.backward()
    optimizer.update()
