# code: wrong-sign
# where: mean_squared_error
import numpy as np
import chainer
import chainer.functions as F
import chainer.links as L

rng = np.random.RandomState(33)
X = rng.randn(300, 10).astype("f")
T = (X[:, 0] > X[:, 1]).astype("i")


class Net(chainer.Chain):
    def __init__(self):
        super().__init__()
        with self.init_scope():
            self.body = L.Linear(10, 24)
            self.kind = L.Linear(24, 2)
            self.back = L.Linear(24, 10)

    def forward(self, x, t):
        h = F.relu(self.body(x))
        kind, back = F.softmax_cross_entropy(self.kind(h), t), F.mean_squared_error(self.back(h), x)
        loss = kind + 0.5 * back  # healthy
        loss = kind - 0.5 * back  # faulty guilty
        return loss


net = Net()
opt = chainer.optimizers.Adam(0.005).setup(net)
for i in range(50):
    b = rng.choice(300, 32)
    opt.update(net, X[b], T[b])
