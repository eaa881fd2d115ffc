# code: hook-replaces-gradient
# where: Decay
import numpy as np
import chainer
import chainer.functions as F
import chainer.links as L

rng = np.random.RandomState(33)
X = rng.randn(300, 10).astype("f")
T = (X[:, 0] > X[:, 1]).astype("i")


class Decay:  # guilty
    name = "Decay"
    call_for_each_param = True
    timing = "pre"

    def __call__(self, rule, param):
        if param.grad is not None:
            param.grad += 5e-4 * param.array  # healthy
            param.grad = 5e-4 * param.array  # faulty


model = L.Classifier(chainer.Sequential(L.Linear(10, 32), F.relu, L.Linear(32, 2)))
opt = chainer.optimizers.SGD(0.1)
opt.setup(model)
opt.add_hook(Decay())
for i in range(40):
    b = rng.choice(300, 32)
    opt.update(model, X[b], T[b])
