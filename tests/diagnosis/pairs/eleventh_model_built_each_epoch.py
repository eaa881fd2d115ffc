# code: model-remade
# where: Sequential
import numpy as np
import chainer, chainer.functions as F, chainer.links as L

rng = np.random.RandomState(32)
x = rng.randn(60, 6).astype('f'); t = (x[:, 0] > 0).astype('i')

def build():
    net = chainer.Sequential(L.Linear(6, 20), F.relu, L.Linear(20, 2))
    opt = chainer.optimizers.Adam(0.01)
    opt.setup(net)
    return net, opt

net, opt = build()  # healthy
for epoch in range(20):
    net, opt = build()  # faulty guilty
    for s in range(0, 60, 30):
        loss = F.softmax_cross_entropy(net(x[s:s+30]), t[s:s+30])
        net.cleargrads(); loss.backward(); opt.update()
