# code: evaluation-mode
# where: bn
import numpy as np
import chainer
import chainer.functions as F
import chainer.links as L


class B(chainer.Chain):
    def __init__(self):
        super().__init__()
        with self.init_scope():
            self.l1 = L.Linear(6, 30)
            self.bn = L.BatchNormalization(30)
            self.l2 = L.Linear(30, 2)

    def forward(self, x):
        return self.l2(F.relu(self.bn(self.l1(x))))


def evaluate(model, x, t):
    with chainer.using_config("train", False):  # healthy
        y = model(x)  # healthy
    y = model(x)  # faulty guilty
    return float(F.accuracy(y, t).array)


rs = np.random.RandomState(1)
X = rs.randn(100, 6).astype("f")
T = (X[:, 0] > 0).astype("i")
m = B()
opt = chainer.optimizers.Adam(0.01).setup(m)
for e in range(5):
    for i in range(0, 80, 20):
        loss = F.softmax_cross_entropy(m(X[i:i + 20]), T[i:i + 20])
        m.cleargrads()
        loss.backward()
        opt.update()
    print(evaluate(m, X[80:], T[80:]))
