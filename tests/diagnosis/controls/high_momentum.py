import chainer
import chainer.functions as F
import chainer.links as L
import numpy as np

rng = np.random.RandomState(0)
x = rng.randn(64, 4).astype("f")
y = (x @ rng.randn(4, 1)).astype("f")
model = L.Linear(4, 1)
optimizer = chainer.optimizers.MomentumSGD(0.02, momentum=0.97).setup(model)
for i in range(120):
    loss = F.mean_squared_error(model(x), y)
    model.cleargrads()
    loss.backward()
    optimizer.update()
