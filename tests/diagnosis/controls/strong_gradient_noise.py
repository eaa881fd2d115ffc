import chainer
import chainer.functions as F
import chainer.links as L
import numpy as np

rng = np.random.RandomState(0)
x = rng.randn(300, 10).astype("f")
t = (x[:, 0] > 0).astype("i")
model = L.Classifier(chainer.Sequential(L.Linear(10, 24), F.relu, L.Linear(24, 2)))
optimizer = chainer.optimizers.Adam(0.01).setup(model)
optimizer.add_hook(chainer.optimizer_hooks.GradientNoise(0.3))
for i in range(80):
    rows = rng.choice(300, 30)
    optimizer.update(model, x[rows], t[rows])
