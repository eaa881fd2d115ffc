# code: clipping-too-strong
# where: GradientClipping
import chainer
import chainer.functions as F
import chainer.links as L
import numpy as np

rng = np.random.RandomState(0)
x = rng.randn(64, 6).astype("f")
y = (x @ rng.randn(6, 1) * 2).astype("f")
model = chainer.Sequential(L.Linear(6, 16), F.tanh, L.Linear(16, 1))
optimizer = chainer.optimizers.SGD(lr=0.05).setup(model)
optimizer.add_hook(chainer.optimizer_hooks.GradientClipping(1e-4))  # faulty guilty
optimizer.add_hook(chainer.optimizer_hooks.GradientClipping(5.0))  # healthy
for i in range(30):
    loss = F.mean_squared_error(model(x), y)
    model.cleargrads()
    loss.backward()
    optimizer.update()
