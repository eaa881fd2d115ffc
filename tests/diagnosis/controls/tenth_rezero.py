import numpy as np, chainer, chainer.functions as F, chainer.links as L
rng = np.random.RandomState(7)


class Layer(chainer.Chain):
    def __init__(self, n):
        super().__init__()
        with self.init_scope():
            self.l = L.Linear(n, n)
            self.alpha = chainer.Parameter(0, (1,))

    def forward(self, x):
        return x + F.broadcast_to(self.alpha, x.shape) * F.relu(self.l(x))


net = chainer.Sequential(L.Linear(6, 24), *[Layer(24) for _ in range(8)], L.Linear(24, 2))
x = rng.randn(300, 6).astype('f')
t = (x[:, 0] * x[:, 1] > 0).astype('i')
opt = chainer.optimizers.Adam(0.01)
opt.setup(net)
for i in range(80):
    j = rng.permutation(300)[:50]
    loss = F.softmax_cross_entropy(net(x[j]), t[j])
    net.cleargrads()
    loss.backward()
    opt.update()
