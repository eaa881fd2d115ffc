# code: clipping-too-strong
# where: GradientClipping
import numpy as np
import chainer
import chainer.functions as F
import chainer.links as L
from chainer.optimizer import GradientMethod
from chainer import optimizer_hooks as hooks

rs = np.random.RandomState(1)
x = rs.randn(120, 8).astype("f")
t = x[:, :3].argmax(axis=1).astype("i")
m = L.Classifier(chainer.Sequential(L.Linear(8, 20), F.relu, L.Linear(20, 3)))
opt = chainer.optimizers.SGD(lr=0.1).setup(m)
opt.add_hook(hooks.GradientClipping(threshold=1e-3))  # faulty guilty
opt.add_hook(hooks.GradientClipping(threshold=3))  # healthy
for i in range(60):
    b = rs.randint(0, 120, 30)
    opt.update(m, x[b], t[b])
