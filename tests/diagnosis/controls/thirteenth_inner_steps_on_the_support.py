import chainer
import chainer.functions as F
import chainer.links as L
import numpy as np

rng = np.random.RandomState(0)
model = L.Linear(3, 1)
optimizer = chainer.optimizers.SGD(0.05).setup(model)
for task in range(6):
    x = rng.randn(40, 3).astype("f")
    t = x.dot(np.array([[1.0], [-1.0], [0.1 * task]])).astype("f")
    for step in range(8):
        loss = F.mean_squared_error(model(x[:10]), t[:10])
        model.cleargrads()
        loss.backward()
        optimizer.update()
