# code: graph-off
# where: Sequential
import numpy as np
import chainer
import chainer.functions as F
import chainer.links as L

np.random.seed(125)
X = np.random.rand(1000, 18).astype(np.float32)
T = (X[:, :9].sum(1) > X[:, 9:].sum(1)).astype(np.int32)
net = chainer.Sequential(L.Linear(18, 40), F.relu, L.Linear(40, 2))
opt = chainer.optimizers.Adam(0.003)
opt.setup(net)


def accuracy(x, t):
    chainer.config.enable_backprop = False  # guilty
    acc = float(F.accuracy(net(x), t).array)
    chainer.config.enable_backprop = True  # healthy
    return acc


for epoch in range(8):
    order = np.random.permutation(800)
    for i in range(0, 800, 40):
        idx = order[i:i + 40]
        loss = F.softmax_cross_entropy(net(X[idx]), T[idx])
        net.cleargrads()
        loss.backward()
        opt.update()
    print(epoch, accuracy(X[800:], T[800:]))
