import chainer
import chainer.functions as F
import chainer.links as L
import numpy as np

rng = np.random.RandomState(0)
x = rng.randn(100, 4).astype("f")
t = ((x[:, 0] + rng.randn(100) * 0.7) > 0).astype("i")
model = L.Classifier(chainer.Sequential(L.Linear(4, 16), F.relu, L.Linear(16, 2)))
optimizer = chainer.optimizers.SGD(0.1).setup(model)
for i in range(150):
    rows = rng.randint(0, 100, 2)
    optimizer.update(model, x[rows], t[rows])
