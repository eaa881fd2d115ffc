import numpy as np, chainer, chainer.functions as F, chainer.links as L
rng = np.random.RandomState(23)


class MoE(chainer.Chain):
    def __init__(self):
        super().__init__()
        with self.init_scope():
            self.gate = L.Linear(6, 4)
            self.e = chainer.ChainList(*[L.Linear(6, 1) for _ in range(4)])

    def forward(self, x):
        g = F.softmax(self.gate(x))
        y = F.concat([e(x) for e in self.e], axis=1)
        return F.sum(g * y, axis=1, keepdims=True)


net = MoE()
x = rng.randn(400, 6).astype('f')
t = (np.where(x[:, 0] > 0, x[:, 1], -x[:, 2])[:, None]).astype('f')
opt = chainer.optimizers.Adam(0.02)
opt.setup(net)
for i in range(120):
    j = rng.randint(0, 400, 40)
    loss = F.mean_squared_error(net(x[j]), t[j])
    net.cleargrads()
    loss.backward()
    opt.update()
