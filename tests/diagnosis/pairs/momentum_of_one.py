# code: hyperparameter
# where: MomentumSGD
import chainer
import chainer.functions as F
import chainer.links as L
import numpy as np

rng = np.random.RandomState(0)
x = rng.randn(64, 3).astype("f")
y = x.sum(axis=1, keepdims=True)
model = L.Linear(3, 1)
optimizer = chainer.optimizers.MomentumSGD(lr=0.05, momentum=1.0)  # faulty guilty
optimizer = chainer.optimizers.MomentumSGD(lr=0.05, momentum=0.9)  # healthy
optimizer.setup(model)
for i in range(60):
    loss = F.mean_squared_error(model(x), y)
    model.cleargrads()
    loss.backward()
    optimizer.update()
