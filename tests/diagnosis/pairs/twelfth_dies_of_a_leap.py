# code: diverging
# where: MomentumSGD
import numpy as np
import chainer
import chainer.functions as F
import chainer.links as L

hyper = {
    "units": 30,
    "lr": 5.0,  # faulty guilty
    "lr": 0.05,  # healthy
}
rng = np.random.RandomState(0)
x = rng.randn(300, 8).astype("f")
t = (x[:, 0] * x[:, 1] > 0).astype("i")


class MLP(chainer.Chain):
    def __init__(self, units):
        super().__init__()
        with self.init_scope():
            self.l1 = L.Linear(8, units)
            self.l2 = L.Linear(units, units)
            self.l3 = L.Linear(units, 2)

    def forward(self, x):
        return self.l3(F.relu(self.l2(F.relu(self.l1(x)))))


net = MLP(hyper["units"])
opt = chainer.optimizers.MomentumSGD(hyper["lr"])
opt.setup(net)
for epoch in range(6):
    for s in range(0, 300, 30):
        loss = F.softmax_cross_entropy(net(x[s:s + 30]), t[s:s + 30])
        net.cleargrads()
        loss.backward()
        opt.update()
