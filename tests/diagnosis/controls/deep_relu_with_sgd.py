import chainer
import chainer.functions as F
import chainer.links as L
import numpy as np

rng = np.random.RandomState(0)
x = rng.randn(100, 10).astype("f")
t = x[:, :4].argmax(axis=1).astype("i")
layers = []
width = 10
for i in range(4):
    layers += [L.Linear(width, 24, initialW=chainer.initializers.HeNormal()), F.relu]
    width = 24
model = L.Classifier(chainer.Sequential(*layers, L.Linear(24, 4)))
optimizer = chainer.optimizers.MomentumSGD(0.02).setup(model)
for epoch in range(10):
    for i in range(0, 100, 25):
        optimizer.update(model, x[i : i + 25], t[i : i + 25])
