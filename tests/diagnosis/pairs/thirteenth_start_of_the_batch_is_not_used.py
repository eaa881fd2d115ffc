# code: same-batch
# where: Sequential
import chainer
import chainer.functions as F
import chainer.links as L
import numpy as np

rng = np.random.RandomState(0)
x = rng.randn(200, 6).astype("f")
t = (x[:, 0] > x[:, 1]).astype("i")
model = chainer.Sequential(L.Linear(6, 16), F.relu, L.Linear(16, 2))
optimizer = chainer.optimizers.Adam(0.01).setup(model)
for epoch in range(4):
    order = rng.permutation(200)
    for start in range(0, 200, 20):
        rows = order[:20]  # faulty guilty
        rows = order[start : start + 20]  # healthy
        loss = F.softmax_cross_entropy(model(x[rows]), t[rows])
        model.cleargrads()
        loss.backward()
        optimizer.update()
