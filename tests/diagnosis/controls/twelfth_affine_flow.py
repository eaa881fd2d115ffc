import numpy as np, chainer, chainer.functions as F, chainer.links as L
rng = np.random.RandomState(6)
class Coupling(chainer.Chain):
    def __init__(self):
        super().__init__()
        with self.init_scope():
            self.a = L.Linear(1, 16)
            self.s = L.Linear(16, 1, initialW=0)
            self.t = L.Linear(16, 1, initialW=0)
    def forward(self, x, flip):
        u, v = (x[:, 1:], x[:, :1]) if flip else (x[:, :1], x[:, 1:])
        h = F.tanh(self.a(u))
        s = F.tanh(self.s(h))
        v = v * F.exp(s) + self.t(h)
        return (F.concat([v, u]) if flip else F.concat([u, v])), F.sum(s, axis=1)
flows = chainer.ChainList(*[Coupling() for _ in range(4)])
opt = chainer.optimizers.Adam(5e-3); opt.setup(flows)
for i in range(80):
    a = rng.rand(60) * 6.28
    z = chainer.Variable(np.stack([np.cos(a), np.sin(a)], 1).astype('f') * 0.2 + 0.02 * rng.randn(60, 2).astype('f'))
    ld = 0
    for k, f in enumerate(flows):
        z, d = f(z, k % 2 == 1)
        ld += d
    loss = F.mean(0.5 * F.sum(z * z, axis=1) - ld)
    flows.cleargrads(); loss.backward(); opt.update()
