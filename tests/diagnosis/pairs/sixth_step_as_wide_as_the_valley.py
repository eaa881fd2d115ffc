# code: oscillating
# where: SGD
import chainer
import chainer.functions as F
import chainer.links as L
import numpy as np

rng = np.random.RandomState(3)
x = rng.choice([-1.0, 1.0], (64, 1)).astype(np.float32)
y = 3 * x
model = L.Linear(1, 1, nobias=True)
optimizer = chainer.optimizers.SGD(0.999)  # faulty guilty
optimizer = chainer.optimizers.SGD(0.1)  # healthy
optimizer.setup(model)
for step in range(20):
    loss = F.mean_squared_error(model(x), y)
    model.cleargrads()
    loss.backward()
    optimizer.update()
