# code: cleared-before-update
# where: Linear
import numpy as np
import chainer
import chainer.functions as F
import chainer.links as L

rs = np.random.RandomState(1)
x = rs.randn(50, 3).astype("f")
t = x.sum(axis=1, keepdims=True)
model = L.Linear(3, 1)
optimizer = chainer.optimizers.SGD(0.1).setup(model)
for i in range(20):
    loss = F.mean_squared_error(model(x), t)
    model.cleargrads()  # faulty guilty
    optimizer.update()  # faulty
    loss.backward()  # faulty
    model.cleargrads()  # healthy
    loss.backward()  # healthy
    optimizer.update()  # healthy
