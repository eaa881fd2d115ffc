# code: counted-twice
# where: aux_loss
import numpy as np
import chainer
import chainer.functions as F
import chainer.links as L

np.random.seed(219)


class Net(chainer.Chain):
    def __init__(self):
        super().__init__()
        with self.init_scope():
            self.trunk = L.Linear(12, 30)
            self.main = L.Linear(30, 3)
            self.aux = L.Linear(30, 1)

    def forward(self, x):
        h = F.relu(self.trunk(x))
        return self.main(h), self.aux(h)


net = Net()
opt = chainer.optimizers.SGD(0.05)
opt.setup(net)
for it in range(200):
    x = np.random.randn(40, 12).astype(np.float32)
    t = x[:, :3].argmax(1).astype(np.int32)
    ym, ya = net(x)
    aux_loss = F.mean_squared_error(ya, x[:, 3:4] * 0.5)
    loss = F.softmax_cross_entropy(ym, t) + aux_loss
    net.cleargrads()
    aux_loss.backward()  # faulty guilty
    loss.backward()
    opt.update()
