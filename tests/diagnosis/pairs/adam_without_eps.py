# code: nan-in-update
# where: Linear
import chainer
import chainer.functions as F
import chainer.links as L
import numpy as np

rng = np.random.RandomState(0)
x = rng.randn(20, 4).astype("f")
x[:, 3] = 0
t = x[:, :1] * 2
model = L.Linear(4, 1)
optimizer = chainer.optimizers.Adam(0.01, eps=0.0)  # faulty guilty
optimizer = chainer.optimizers.Adam(0.01)  # healthy
optimizer.setup(model)
for i in range(8):
    loss = F.mean_squared_error(model(x), t)
    model.cleargrads()
    loss.backward()
    optimizer.update()
