import numpy as np, chainer, chainer.functions as F, chainer.links as L
rng = np.random.RandomState(21)


class SD(chainer.Chain):
    def __init__(self):
        super().__init__()
        with self.init_scope():
            self.inp = L.Linear(8, 24)
            self.blocks = chainer.ChainList(*[L.Linear(24, 24) for _ in range(5)])
            self.out = L.Linear(24, 2)

    def forward(self, x):
        h = F.relu(self.inp(x))
        for b in self.blocks:
            if chainer.config.train and rng.rand() < 0.3:
                continue
            h = h + F.relu(b(h))
        return self.out(h)


net = SD()
x = rng.randn(300, 8).astype('f')
t = (x[:, 0] * x[:, 1] > 0).astype('i')
opt = chainer.optimizers.MomentumSGD(0.02)
opt.setup(net)
for e in range(8):
    for s in range(0, 300, 30):
        loss = F.softmax_cross_entropy(net(x[s:s+30]), t[s:s+30])
        net.cleargrads()
        loss.backward()
        opt.update()
    with chainer.using_config('train', False), chainer.no_backprop_mode():
        F.accuracy(net(x), t)
