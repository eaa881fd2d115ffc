import numpy as np, chainer, chainer.functions as F, chainer.links as L
rng = np.random.RandomState(12)


class Reverse(chainer.FunctionNode):
    def forward(self, x):
        return x[0].copy(),

    def backward(self, indexes, gy):
        return -0.3 * gy[0],


feat = chainer.Sequential(L.Linear(6, 24), F.relu)
cls, dom = L.Linear(24, 2), L.Linear(24, 2)
net = chainer.ChainList(feat, cls, dom)
opt = chainer.optimizers.Adam(3e-3)
opt.setup(net)
for i in range(120):
    x = rng.randn(60, 6).astype('f')
    d = (np.arange(60) % 2).astype('i')
    x[:, 5] += d
    t = (x[:, 0] + x[:, 1] > 0).astype('i')
    h = feat(x)
    loss = F.softmax_cross_entropy(cls(h), t) + F.softmax_cross_entropy(dom(Reverse().apply((h,))[0]), d)
    net.cleargrads()
    loss.backward()
    opt.update()
