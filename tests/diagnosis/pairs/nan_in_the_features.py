# code: nan-in-data
# where: Linear
import chainer
import chainer.functions as F
import chainer.links as L
import numpy as np

rng = np.random.RandomState(0)
x = rng.randn(40, 4).astype("f")
x[11, 2] = np.nan  # faulty guilty
t = (np.nan_to_num(x)[:, 0] > 0).astype("i")
model = L.Linear(4, 2)
optimizer = chainer.optimizers.SGD(0.1).setup(model)
for epoch in range(3):
    for i in range(0, 40, 10):
        loss = F.softmax_cross_entropy(model(x[i : i + 10]), t[i : i + 10])
        model.cleargrads()
        loss.backward()
        optimizer.update()
