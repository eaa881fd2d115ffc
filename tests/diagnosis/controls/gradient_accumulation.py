import chainer
import chainer.functions as F
import chainer.links as L
import numpy as np

rng = np.random.RandomState(0)
x = rng.randn(64, 6).astype("f")
t = (x[:, 0] > 0).astype("i")
model = chainer.Sequential(L.Linear(6, 12), F.relu, L.Linear(12, 2))
optimizer = chainer.optimizers.MomentumSGD(0.1).setup(model)
for step in range(15):
    model.cleargrads()
    for k in range(4):
        part = slice(16 * k, 16 * k + 16)
        loss = F.softmax_cross_entropy(model(x[part]), t[part]) / 4
        loss.backward()
    optimizer.update()
