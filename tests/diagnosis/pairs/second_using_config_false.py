# code: training-mode
# where: MLP
import numpy as np
import chainer
import chainer.functions as F
import chainer.links as L


class MLP(chainer.Chain):
    def __init__(self):
        super().__init__()
        with self.init_scope():
            self.l1 = L.Linear(6, 30)
            self.l2 = L.Linear(30, 2)

    def forward(self, x):
        return self.l2(F.dropout(F.relu(self.l1(x)), 0.4))


rs = np.random.RandomState(1)
X = rs.randn(100, 6).astype("f")
T = (X[:, 0] > 0).astype("i")
m = MLP()
opt = chainer.optimizers.Adam(0.01).setup(m)


def train_step(x, t):
    with chainer.using_config("train", False):  # faulty guilty
        y = m(x)  # faulty
    y = m(x)  # healthy
    loss = F.softmax_cross_entropy(y, t)
    m.cleargrads()
    loss.backward()
    opt.update()


for e in range(5):
    for i in range(0, 100, 25):
        train_step(X[i:i + 25], T[i:i + 25])
