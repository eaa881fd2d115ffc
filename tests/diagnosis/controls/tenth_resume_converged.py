import numpy as np, chainer, chainer.functions as F, chainer.links as L
rng = np.random.RandomState(11)
x = rng.randn(500, 8).astype('f')
t = (np.sin(3 * x[:, :1]) + 0.7 * rng.randn(500, 1)).astype('f')
net = chainer.Sequential(L.Linear(8, 60), F.relu, L.Linear(60, 60), F.relu, L.Linear(60, 1))
# what an earlier run would have left in the checkpoint
with np.errstate(all='ignore'):
    warm = net.copy(mode='init')
    for p in net.params():
        if p.array.ndim == 2:
            p.array *= 1.7
opt = chainer.optimizers.Adam(1e-5)
opt.setup(net)
for i in range(120):
    j = rng.randint(0, 500, 25)
    loss = F.mean_squared_error(net(x[j]) * 0.01, t[j])
    net.cleargrads()
    loss.backward()
    opt.update()
