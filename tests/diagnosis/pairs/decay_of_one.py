# code: weight-decay-too-strong
# where: WeightDecay
import chainer
import chainer.functions as F
import chainer.links as L
import numpy as np

rng = np.random.RandomState(0)
x = rng.randn(64, 6).astype("f")
t = (x[:, 0] + x[:, 1] > 0).astype("i")
model = chainer.Sequential(L.Linear(6, 16), F.relu, L.Linear(16, 2))
optimizer = chainer.optimizers.SGD(lr=0.1).setup(model)
optimizer.add_hook(chainer.optimizer_hooks.WeightDecay(2.0))  # faulty guilty
optimizer.add_hook(chainer.optimizer_hooks.WeightDecay(1e-4))  # healthy
for i in range(40):
    loss = F.softmax_cross_entropy(model(x), t)
    model.cleargrads()
    loss.backward()
    optimizer.update()
