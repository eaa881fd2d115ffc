import chainer
import chainer.functions as F
import chainer.links as L
import numpy as np

rng = np.random.RandomState(0)
x = rng.randn(60, 4).astype("f")
t = ((x[:, 0] + rng.randn(60)) > 0).astype("i")
model = L.Classifier(chainer.Sequential(L.Linear(4, 32), F.relu, L.Linear(32, 2)))
optimizer = chainer.optimizers.Adam(0.02).setup(model)
best = 1e9
waited = 0
while waited < 5:
    optimizer.update(model, x[:40], t[:40])
    with chainer.no_backprop_mode(), chainer.using_config("train", False):
        now = float(model(x[40:], t[40:]).array)
    waited = 0 if now < best else waited + 1
    best = min(best, now)
