# code: squashed-scores
# where: relu
import numpy as np
import chainer
import chainer.functions as F
import chainer.links as L

rng = np.random.RandomState(107)
cent = rng.randn(8, 24).astype(np.float32)


class Net(chainer.Chain):
    def __init__(self):
        super().__init__()
        with self.init_scope():
            self.fc1 = L.Linear(24, 40)
            self.fc2 = L.Linear(40, 8)

    def forward(self, x):
        h = F.relu(self.fc1(x))
        return F.relu(self.fc2(h))  # faulty guilty
        return self.fc2(h)  # healthy


net = Net()
opt = chainer.optimizers.SGD(0.1)
opt.setup(net)
for i in range(250):
    t = rng.randint(0, 8, 32).astype(np.int32)
    x = cent[t] + rng.randn(32, 24).astype(np.float32) * 0.9
    loss = F.softmax_cross_entropy(net(x), t)
    net.cleargrads()
    loss.backward()
    opt.update()
    if i % 50 == 0:
        print(i, loss.array)
