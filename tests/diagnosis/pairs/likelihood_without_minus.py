# code: wrong-sign
# where: log
import chainer
import chainer.functions as F
import chainer.links as L
import numpy as np


class Net(chainer.Chain):
    def __init__(self):
        super().__init__()
        with self.init_scope():
            self.l1 = L.Linear(4, 8)
            self.l2 = L.Linear(8, 3)

    def forward(self, x, t):
        logp = F.log_softmax(self.l2(F.relu(self.l1(x))))
        picked = F.select_item(logp, t)
        return F.mean(picked)  # faulty guilty
        return -F.mean(picked)  # healthy


rng = np.random.RandomState(0)
x = rng.randn(60, 4).astype("f")
t = x[:, :3].argmax(axis=1).astype("i")
net = Net()
optimizer = chainer.optimizers.Adam(0.01).setup(net)
for i in range(25):
    optimizer.update(net, x, t)
