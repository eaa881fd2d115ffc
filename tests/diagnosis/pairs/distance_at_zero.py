# code: nan-in-backward
# where: sqrt
import chainer
import chainer.functions as F
import chainer.links as L
import numpy as np

rng = np.random.RandomState(0)
a = rng.randn(16, 5).astype("f")
b = rng.randn(16, 5).astype("f")
b[3] = a[3]
same = np.array([0, 1] * 8, "f")
embed = L.Linear(5, 3)
optimizer = chainer.optimizers.Adam(0.01).setup(embed)
for i in range(10):
    d = F.sum((embed(a) - embed(b)) ** 2, axis=1)
    d = F.sqrt(d)  # faulty guilty
    d = F.sqrt(d + 1e-6)  # healthy
    loss = F.mean((d - same) ** 2)
    embed.cleargrads()
    loss.backward()
    optimizer.update()
