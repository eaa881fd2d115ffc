# code: float16-underflow
# where: linear
import chainer
import chainer.functions as F
import chainer.links as L
import numpy as np

chainer.global_config.dtype = np.float16
rng = np.random.RandomState(23)
x = rng.randn(512, 10).astype(np.float16) 
y = (x[:, :1] * 0.001).astype(np.float16)
model = chainer.Sequential(L.Linear(10, 32), F.tanh, L.Linear(32, 16), F.tanh, L.Linear(16, 1))
optimizer = chainer.optimizers.MomentumSGD(100)
optimizer.setup(model)
optimizer.loss_scaling(scale=1024.0)  # healthy
for i in range(20):
    model.cleargrads()
    loss = F.mean_squared_error(model(x), y) * np.float16(1e-4)  # guilty
    loss.backward(loss_scale=optimizer._loss_scale)  # healthy
    loss.backward()  # faulty guilty
    optimizer.update()
