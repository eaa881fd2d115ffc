# code: optimizer-remade
# where: Adam
import chainer
import chainer.functions as F
import chainer.links as L
import numpy as np

rng = np.random.RandomState(0)
x = rng.randn(64, 5).astype("f")
t = (x[:, 0] > 0).astype("i")
model = chainer.Sequential(L.Linear(5, 10), F.relu, L.Linear(10, 2))
optimizer = chainer.optimizers.Adam(0.01).setup(model)  # healthy
for i in range(20):
    optimizer = chainer.optimizers.Adam(0.01).setup(model)  # faulty guilty
    loss = F.softmax_cross_entropy(model(x), t)
    model.cleargrads()
    loss.backward()
    optimizer.update()
