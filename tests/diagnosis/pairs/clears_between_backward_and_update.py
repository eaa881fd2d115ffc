# code: cleared-before-update
# where: Net
import chainer
import chainer.functions as F
import chainer.links as L
import numpy as np


class Net(chainer.Chain):
    def __init__(self):
        super().__init__()
        with self.init_scope():
            self.fc1 = L.Linear(3, 6)
            self.fc2 = L.Linear(6, 1)

    def __call__(self, x):
        return self.fc2(F.tanh(self.fc1(x)))


rng = np.random.RandomState(0)
xs = rng.randn(40, 3).astype("f")
ys = (xs[:, :1] - xs[:, 1:2]).astype("f")
net = Net()
opt = chainer.optimizers.MomentumSGD(lr=0.05)
opt.setup(net)
for i in range(15):
    net.cleargrads()  # healthy
    loss = F.mean_squared_error(net(xs), ys)
    loss.backward()
    net.cleargrads()  # faulty guilty
    opt.update()
