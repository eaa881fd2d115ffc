# code: unbounded-loss
# where: Sequential.1
import chainer
import chainer.functions as F
import chainer.links as L
import numpy as np

rs = np.random.RandomState(5)
x = rs.rand(256, 4).astype(np.float32)
t = (x @ np.array([[1.0], [-2.0], [0.5], [3.0]]) + 0.1 * rs.randn(256, 1)).astype(np.float32)
model = chainer.Sequential(L.Linear(4, 24), F.relu, L.Linear(24, 1))
optimizer = chainer.optimizers.SGD(0.02).setup(model)
for step in range(60):
    pick = rs.randint(0, 256, 32)
    y = model(x[pick])
    loss = F.mean(y - t[pick])  # faulty guilty
    loss = F.mean((y - t[pick]) ** 2)  # healthy
    model.cleargrads()
    loss.backward()
    optimizer.update()
