import numpy as np, chainer, chainer.functions as F, chainer.links as L
rng = np.random.RandomState(13)


class SlowDown(chainer.Function):
    """Identity whose gradient is a tenth, so that the trunk learns slowly."""

    def forward(self, x):
        return x

    def backward(self, x, gy):
        return gy[0] * np.float32(0.1),


trunk, head = L.Linear(6, 24), L.Linear(24, 2)
net = chainer.ChainList(trunk, head)
opt = chainer.optimizers.SGD(0.2)
opt.setup(net)
for i in range(80):
    x = rng.randn(40, 6).astype('f')
    t = (x[:, 0] > x[:, 1]).astype('i')
    loss = F.softmax_cross_entropy(head(SlowDown()(F.relu(trunk(x)))), t)
    net.cleargrads()
    loss.backward()
    opt.update()
