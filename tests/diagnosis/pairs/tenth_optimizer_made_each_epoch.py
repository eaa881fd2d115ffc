# code: optimizer-remade
# where: Adam
import numpy as np
import chainer
import chainer.functions as F
import chainer.links as L

rng = np.random.RandomState(21)
X = rng.randn(240, 8).astype("f")
T = (X[:, 0] > X[:, 1]).astype("i")
model = L.Classifier(chainer.Sequential(L.Linear(8, 16), F.relu, L.Linear(16, 2)))
opt = chainer.optimizers.Adam(0.003).setup(model)  # healthy
for epoch in range(7):
    opt = chainer.optimizers.Adam(0.003).setup(model)  # faulty guilty
    for i in range(0, 240, 40):
        opt.update(model, X[i : i + 40], T[i : i + 40])
