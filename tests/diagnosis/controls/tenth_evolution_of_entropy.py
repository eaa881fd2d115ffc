import numpy as np, chainer, chainer.functions as F, chainer.links as L
rng = np.random.RandomState(32)
W = chainer.Sequential(L.Linear(10, 5))
x = rng.randn(300, 10).astype('f')
opt = chainer.optimizers.SGD(0.2)
opt.setup(W)
for i in range(150):
    p = F.softmax(W(x[rng.randint(0, 300, 40)]))
    m = F.mean(p, axis=0)
    loss = F.sum(m * F.log(m + 1e-8)) - F.mean(F.sum(p * F.log(p + 1e-8), axis=1))
    W.cleargrads()
    loss.backward()
    opt.update()
