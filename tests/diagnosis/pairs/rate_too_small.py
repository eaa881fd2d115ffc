# code: step-too-small
# where: SGD
import chainer
import chainer.functions as F
import chainer.links as L
import numpy as np

rng = np.random.RandomState(0)
x = rng.randn(64, 4).astype("f")
t = (x[:, 0] > 0).astype("i")
model = chainer.Sequential(L.Linear(4, 10), F.tanh, L.Linear(10, 2))
optimizer = chainer.optimizers.SGD(lr=1e-7)  # faulty guilty
optimizer = chainer.optimizers.SGD(lr=0.5)  # healthy
optimizer.setup(model)
for i in range(30):
    loss = F.softmax_cross_entropy(model(x), t)
    model.cleargrads()
    loss.backward()
    optimizer.update()
