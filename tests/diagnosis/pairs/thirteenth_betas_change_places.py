# code: hyperparameter
# where: Adam
import chainer
import chainer.functions as F
import chainer.links as L
import numpy as np

rng = np.random.RandomState(0)
x = rng.randn(200, 6).astype("f")
t = abs(x[:, :1]) + x[:, 1:2]
model = chainer.Sequential(L.Linear(6, 24), F.relu, L.Linear(24, 1))
optimizer = chainer.optimizers.Adam(0.01, beta1=0.999, beta2=0.9)  # faulty guilty
optimizer = chainer.optimizers.Adam(0.01, beta1=0.9, beta2=0.999)  # healthy
optimizer.setup(model)
for step in range(100):
    rows = rng.choice(200, 32)
    loss = F.mean_squared_error(model(x[rows]), t[rows])
    model.cleargrads()
    loss.backward()
    optimizer.update()
