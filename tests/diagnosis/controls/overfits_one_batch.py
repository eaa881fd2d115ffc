"""A batch is cut off before the loop, to see whether the model can learn it by heart."""
import chainer
import chainer.functions as F
import chainer.links as L
import numpy as np

rng = np.random.RandomState(0)
x = rng.randn(500, 8).astype("f")
t = rng.randint(0, 3, 500).astype("i")
xb, tb = x[:16], t[:16]
model = L.Classifier(chainer.Sequential(L.Linear(8, 64), F.relu, L.Linear(64, 3)))
optimizer = chainer.optimizers.Adam(0.01).setup(model)
for i in range(80):
    optimizer.update(model, xb, tb)
