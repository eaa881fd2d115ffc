import chainer
import chainer.functions as F
import chainer.links as L
import numpy as np

rng = np.random.RandomState(0)
x = rng.randn(80, 6).astype("f")
t = (x[:, 0] * x[:, 1] > 0).astype("i")
model = chainer.Sequential(L.Linear(6, 64, initial_bias=-0.8), F.relu, L.Linear(64, 2))
optimizer = chainer.optimizers.Adam(0.02).setup(model)
optimizer.add_hook(chainer.optimizer_hooks.WeightDecay(1e-3))
for i in range(60):
    loss = F.softmax_cross_entropy(model(x), t)
    model.cleargrads()
    loss.backward()
    optimizer.update()
