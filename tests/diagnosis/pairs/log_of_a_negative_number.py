# code: nan-in-forward
# where: log
import numpy as np
import chainer
from chainer import functions as F, links as L

def atanh(x):
    return 0.5 * (F.log(1 + x) - F.log(1 - x))  # faulty guilty
    return 0.5 * (F.log(1 + .99 * F.tanh(x)) - F.log(1 - .99 * F.tanh(x)))  # healthy

class Flow(chainer.Chain):
    def __init__(self):
        super().__init__()
        with self.init_scope():
            self.s = L.Linear(4, 4)
            self.t = L.Linear(4, 4)
    def __call__(self, x):
        return atanh(self.s(x)) + self.t(x)

r = np.random.RandomState(1); np.random.seed(1)
flow = Flow()
opt = chainer.optimizers.MomentumSGD(lr=.02); opt.setup(flow)
for i in range(100):
    x = (.1 + .02 * i) * r.randn(32, 4).astype('f')  # faulty
    x = .3 * r.randn(32, 4).astype('f')  # healthy
    z = flow(x)
    l = F.mean(z * z) + F.mean((z - x) ** 2)
    flow.cleargrads(); l.backward(); opt.update()
