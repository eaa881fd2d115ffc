"""Labels that are mostly chance: the loss ends a few percent below their entropy, and that is all there is to learn."""
import numpy as np
import chainer
import chainer.functions as F
import chainer.links as L

rng = np.random.RandomState(11)
model = chainer.Sequential(L.Linear(15, 32), F.relu, F.dropout, L.Linear(32, 2))
optimizer = chainer.optimizers.Adam().setup(model)
x = rng.randn(3000, 15).astype("f")
t = (rng.rand(3000) < 1 / (1 + np.exp(-x[:, 0] * 0.8))).astype("i")
for epoch in range(4):
    order = rng.permutation(3000)
    for i in range(0, 3000, 50):
        batch = order[i : i + 50]
        loss = F.softmax_cross_entropy(model(x[batch]), t[batch])
        model.cleargrads()
        loss.backward()
        optimizer.update()
