# code: constant-output
# where: Net
import chainer
import chainer.functions as F
import chainer.links as L
import numpy as np

class Net(chainer.Chain):
    def __init__(self):
        super().__init__()
        with self.init_scope():
            self.hidden = L.Linear(4, 12)
            self.out = L.Linear(12, 1)

    def forward(self, x):
        h = self.hidden(x)
        h = F.tanh(h[0])  # faulty guilty
        h = F.broadcast_to(h, (len(x), 12))  # faulty guilty
        h = F.tanh(h)  # healthy
        return self.out(h)


rng = np.random.RandomState(6)
x = rng.randn(80, 4).astype(np.float32)
y = x[:, :1] - x[:, 1:2]
net = Net()
optimizer = chainer.optimizers.Adam(0.01).setup(net)
for step in range(30):
    rows = rng.randint(0, 80, 20)
    loss = F.mean_squared_error(net(x[rows]), y[rows])
    net.cleargrads()
    loss.backward()
    optimizer.update()
