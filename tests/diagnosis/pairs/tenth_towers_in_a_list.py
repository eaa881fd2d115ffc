# code: not-registered
# where: towers
import numpy as np
import chainer
import chainer.functions as F
import chainer.links as L

rng = np.random.RandomState(62)


class Towers(chainer.Chain):
    def __init__(self, k):
        super().__init__()
        with self.init_scope():
            self.top = L.Linear(None, 3)
            self.towers = chainer.ChainList(*[L.Linear(4, 12) for _ in range(k)])  # healthy
        self.towers = [L.Linear(4, 12) for _ in range(k)]  # faulty guilty

    def forward(self, x):
        hs = [F.relu(f(x[:, 4 * i:4 * i + 4])) for i, f in enumerate(self.towers)]
        return self.top(F.concat(hs))


x = rng.randn(300, 12).astype(np.float32)
t = (x.reshape(300, 3, 4).max(2)).argmax(1).astype(np.int32)
net = Towers(3)
opt = chainer.optimizers.Adam(0.01)
opt.setup(net)
for e in range(6):
    for s in range(0, 300, 30):
        loss = F.softmax_cross_entropy(net(x[s:s + 30]), t[s:s + 30])
        net.cleargrads()
        loss.backward()
        opt.update()
