import numpy as np, chainer, chainer.functions as F, chainer.links as L
rng = np.random.RandomState(1)
x = rng.randn(300, 8).astype('f'); t = (x[:, 0] * x[:, 1] > 0).astype('i')
net = chainer.Sequential(L.Linear(8, 30), F.relu, L.Linear(30, 2))
opt = chainer.optimizers.SGD(0.1); opt.setup(net)
for i in range(80):
    j = rng.randint(0, 300, 40)
    net.cleargrads()
    F.softmax_cross_entropy(net(x[j]), t[j]).backward()
    norm = np.sqrt(sum(float((p.grad ** 2).sum()) for p in net.params())) + 1e-12
    kept = {}
    for name, p in net.namedparams():
        kept[name] = p.array.copy()
        p.array += 0.05 * p.grad / norm
    net.cleargrads()
    F.softmax_cross_entropy(net(x[j]), t[j]).backward()
    for name, p in net.namedparams():
        p.array[...] = kept[name]
    opt.update()
