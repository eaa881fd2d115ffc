import numpy as np, chainer, chainer.functions as F, chainer.links as L
rng = np.random.RandomState(22)
base, head = L.Linear(8, 30), L.Linear(30, 2)
net = chainer.Sequential(base, F.relu, head)
x = rng.randn(300, 8).astype('f')
t = (x[:, 0] + x[:, 1] > 0).astype('i')
opt = chainer.optimizers.Adam(5e-3)
opt.setup(net)
base.disable_update()
for e in range(10):
    if e == 5:
        base.enable_update()
    for s in range(0, 300, 30):
        loss = F.softmax_cross_entropy(net(x[s:s+30]), t[s:s+30])
        net.cleargrads()
        loss.backward()
        opt.update()
