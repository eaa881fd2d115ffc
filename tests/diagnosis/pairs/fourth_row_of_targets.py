# code: broadcast-targets
# where: broadcast
import chainer
import chainer.functions as F
import chainer.links as L
import numpy as np

rng = np.random.RandomState(0)
x = rng.randn(32, 3).astype("f")
y = x.sum(axis=1)
model = L.Linear(3, 1)
optimizer = chainer.optimizers.SGD(lr=0.05).setup(model)
for i in range(20):
    wanted = y[None, :]  # faulty
    wanted = y[:, None]  # healthy
    pred, target = F.broadcast(model(x), wanted)  # guilty
    loss = F.mean(F.square(pred - target))
    model.cleargrads()
    loss.backward()
    optimizer.update()
