import numpy as np, chainer, chainer.functions as F, chainer.links as L
rng = np.random.RandomState(38)
net = chainer.Sequential(*[f for _ in range(4) for f in (L.Linear(None, 20, initialW=chainer.initializers.Normal(0.12)), F.tanh)], L.Linear(20, 1))
x = rng.randn(300, 6).astype('f')
t = (x @ rng.randn(6, 1)).astype('f') * 0.5
opt = chainer.optimizers.SGD(0.05)
opt.setup(net)
for i in range(300):
    j = rng.randint(0, 300, 50)
    loss = F.mean_squared_error(net(x[j]), t[j])
    net.cleargrads()
    loss.backward()
    opt.update()
