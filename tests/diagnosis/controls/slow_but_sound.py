"""A small rate: the loss falls slowly, but it falls."""
import chainer
import chainer.functions as F
import chainer.links as L
import numpy as np

rng = np.random.RandomState(0)
x = rng.randn(200, 6).astype("f")
t = (x[:, 0] > 0).astype("i")
model = L.Classifier(chainer.Sequential(L.Linear(6, 16), F.relu, L.Linear(16, 2)))
optimizer = chainer.optimizers.SGD(0.01).setup(model)
for i in range(100):
    rows = rng.randint(0, 200, 20)
    optimizer.update(model, x[rows], t[rows])
