import chainer
import chainer.functions as F
import chainer.links as L
import numpy as np

rng = np.random.RandomState(0)
x = rng.randn(64, 4).astype("f")
t = (x[:, 0] > 0).astype("i")
model = L.Classifier(chainer.Sequential(L.Linear(4, 8), F.relu, L.Linear(8, 2)))
optimizer = chainer.optimizers.MomentumSGD(0.2).setup(model)
for i in range(60):
    optimizer.lr = 0.2 * max(0.0, 1 - i / 50)
    optimizer.update(model, x, t)
