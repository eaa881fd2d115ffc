"""House prices: the loss is huge, and falls."""
import chainer
import chainer.functions as F
import chainer.links as L
import numpy as np

rng = np.random.RandomState(0)
x = rng.randn(64, 4).astype("f")
y = (x @ rng.randn(4, 1) * 300 + 2000).astype("f")
model = chainer.Sequential(L.Linear(4, 32), F.relu, L.Linear(32, 1))
optimizer = chainer.optimizers.Adam(0.1).setup(model)
for i in range(200):
    loss = F.mean_squared_error(model(x), y)
    model.cleargrads()
    loss.backward()
    optimizer.update()
