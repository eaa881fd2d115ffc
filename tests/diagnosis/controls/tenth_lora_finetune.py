import numpy as np, chainer, chainer.functions as F, chainer.links as L
rng = np.random.RandomState(6)


class Lora(chainer.Chain):
    def __init__(self, n, m, r=2):
        super().__init__()
        with self.init_scope():
            self.base = L.Linear(n, m)
            self.A = L.Linear(n, r, nobias=True)
            self.B = L.Linear(r, m, nobias=True, initialW=0)
        self.base.disable_update()

    def forward(self, x):
        return self.base(x) + self.B(self.A(x))


net = chainer.Sequential(Lora(8, 32), F.relu, Lora(32, 32), F.relu, Lora(32, 1))
x = rng.randn(300, 8).astype('f')
t = x[:, :1] - 0.5 * x[:, 1:2]
opt = chainer.optimizers.Adam(5e-3)
opt.setup(net)
for i in range(100):
    j = rng.permutation(300)[:50]
    loss = F.mean_squared_error(net(x[j]), t[j])
    net.cleargrads()
    loss.backward()
    opt.update()
