# code: no-backward
# where: Linear
import chainer
import chainer.functions as F
import chainer.links as L
import numpy as np

rng = np.random.RandomState(0)
x = rng.rand(30, 4).astype(np.float32)
t = x.sum(axis=1, keepdims=True)
model = L.Linear(4, 1)
optimizer = chainer.optimizers.SGD(lr=0.1)
optimizer.setup(model)
for _ in range(10):
    model.cleargrads()
    loss = F.mean_squared_error(model(x), t)
    loss.backward()  # healthy
    optimizer.update()  # guilty
