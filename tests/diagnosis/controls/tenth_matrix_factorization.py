import numpy as np, chainer, chainer.functions as F, chainer.links as L
rng = np.random.RandomState(25)
U, M = rng.randn(50, 3), rng.randn(40, 3)


class MF(chainer.Chain):
    def __init__(self):
        super().__init__()
        with self.init_scope():
            self.u = L.EmbedID(50, 4, initialW=chainer.initializers.Normal(0.1))
            self.m = L.EmbedID(40, 4, initialW=chainer.initializers.Normal(0.1))
            self.bu = L.EmbedID(50, 1, initialW=0)
            self.bm = L.EmbedID(40, 1, initialW=0)

    def forward(self, u, m):
        return F.sum(self.u(u) * self.m(m), axis=1) + self.bu(u)[:, 0] + self.bm(m)[:, 0]


net = MF()
opt = chainer.optimizers.SGD(2.0)
opt.setup(net)
opt.add_hook(chainer.optimizer_hooks.WeightDecay(1e-5))
for i in range(300):
    u, m = rng.randint(0, 50, 64).astype('i'), rng.randint(0, 40, 64).astype('i')
    r = (U[u] * M[m]).sum(1).astype('f')
    loss = F.mean_squared_error(net(u, m), r)
    net.cleargrads()
    loss.backward()
    opt.update()
