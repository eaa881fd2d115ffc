"""Trained far beyond what there is to learn: gradients and updates are tiny."""
import chainer
import chainer.functions as F
import chainer.links as L
import numpy as np

rng = np.random.RandomState(0)
x = rng.randn(40, 3).astype("f")
y = (x @ rng.randn(3, 1)).astype("f")
model = L.Linear(3, 1)
optimizer = chainer.optimizers.SGD(0.3).setup(model)
for i in range(200):
    loss = F.mean_squared_error(model(x), y)
    model.cleargrads()
    loss.backward()
    optimizer.update()
