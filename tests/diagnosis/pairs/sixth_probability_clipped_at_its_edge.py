# code: zero-gradient
# where: out
import chainer
import chainer.functions as F
import chainer.links as L
import numpy as np

rng = np.random.RandomState(5)
x = rng.rand(90, 5).astype(np.float32)
p = (x[:, :1] * 0.6 + 0.2).astype(np.float32)


class Net(chainer.Chain):
    def __init__(self):
        super().__init__()
        with self.init_scope():
            self.hidden = L.Linear(5, 12)
            self.out = L.Linear(12, 1, initial_bias=4)  # faulty
            self.out = L.Linear(12, 1, initial_bias=0.5)  # healthy

    def forward(self, x):
        return F.clip(self.out(F.tanh(self.hidden(x))), 0.0, 1.0)  # guilty


net = Net()
optimizer = chainer.optimizers.Adam(0.003).setup(net)
for step in range(20):
    rows = rng.randint(0, 90, 30)
    loss = F.mean_squared_error(net(x[rows]), p[rows])
    net.cleargrads()
    loss.backward()
    optimizer.update()
