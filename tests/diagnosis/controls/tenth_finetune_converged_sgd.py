import numpy as np, chainer, chainer.functions as F, chainer.links as L
rng = np.random.RandomState(39)
x = rng.randn(400, 6).astype('f')
t = (x @ rng.randn(6, 1) + 0.3 * rng.randn(400, 1)).astype('f')
net = L.Linear(6, 1)
sol = np.linalg.lstsq(np.hstack([x, np.ones((400, 1))]), t, rcond=None)[0]
net.W.array[...] = sol[:6].T
net.b.array[...] = sol[6]
opt = chainer.optimizers.SGD(1e-4)
opt.setup(net)
for i in range(100):
    j = rng.randint(0, 400, 40)
    loss = F.mean_squared_error(net(x[j]), t[j])
    net.cleargrads()
    loss.backward()
    opt.update()
