import chainer
import chainer.functions as F
import chainer.links as L
import numpy as np

x = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], "f")
t = np.array([[0], [1], [1], [0]], "f")
np.random.seed(1)
model = chainer.Sequential(L.Linear(2, 2), F.tanh, L.Linear(2, 1))
optimizer = chainer.optimizers.SGD(0.3).setup(model)
for i in range(250):
    loss = F.mean_squared_error(model(x), t)
    model.cleargrads()
    loss.backward()
    optimizer.update()
