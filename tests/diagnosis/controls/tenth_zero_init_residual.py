import numpy as np, chainer, chainer.functions as F, chainer.links as L
rng = np.random.RandomState(5)


class Res(chainer.Chain):
    def __init__(self, n):
        super().__init__()
        with self.init_scope():
            self.l1 = L.Linear(n, n, nobias=True)
            self.b1 = L.BatchNormalization(n)
            self.l2 = L.Linear(n, n, nobias=True)
            self.b2 = L.BatchNormalization(n, initial_gamma=0)

    def forward(self, x):
        return F.relu(self.b2(self.l2(F.relu(self.b1(self.l1(x))))) + x)


net = chainer.Sequential(L.Linear(10, 32), Res(32), Res(32), Res(32), L.Linear(32, 3))
x = rng.randn(400, 10).astype('f')
t = (x[:, :3] ** 2).argmax(1).astype('i')
opt = chainer.optimizers.MomentumSGD(0.05)
opt.setup(net)
for i in range(80):
    j = rng.permutation(400)[:64]
    loss = F.softmax_cross_entropy(net(x[j]), t[j])
    net.cleargrads()
    loss.backward()
    opt.update()
