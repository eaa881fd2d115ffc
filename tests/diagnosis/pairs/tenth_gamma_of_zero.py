# code: zero-scale
# where: bn
import numpy as np
import chainer
import chainer.functions as F
import chainer.links as L

rng = np.random.RandomState(59)
x = rng.randn(320, 10).astype(np.float32)
t = (x[:, 0] * x[:, 1] > 0).astype(np.int32)


class Net(chainer.Chain):
    def __init__(self):
        super().__init__()
        with self.init_scope():
            self.l1 = L.Linear(10, 40, nobias=True)
            self.bn1 = L.BatchNormalization(40, initial_gamma=chainer.initializers.Zero())  # faulty guilty
            self.bn1 = L.BatchNormalization(40)  # healthy
            self.l2 = L.Linear(40, 2)

    def forward(self, x):
        return self.l2(F.relu(self.bn1(self.l1(x))))


net = Net()
opt = chainer.optimizers.Adam(0.01)
opt.setup(net)
for e in range(8):
    for s in range(0, 320, 32):
        loss = F.softmax_cross_entropy(net(x[s:s + 32]), t[s:s + 32])
        net.cleargrads()
        loss.backward()
        opt.update()
