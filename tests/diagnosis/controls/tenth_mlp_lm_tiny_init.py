import numpy as np, chainer, chainer.functions as F, chainer.links as L
rng = np.random.RandomState(4)
V = 40
nxt = rng.permutation(V)
net = chainer.Sequential(
    L.EmbedID(V, 16, initialW=chainer.initializers.Normal(0.01)),
    L.Linear(16, 32, initialW=chainer.initializers.Normal(0.01)), F.tanh,
    L.Linear(32, 32, initialW=chainer.initializers.Normal(0.01)), F.tanh,
    L.Linear(32, V, initialW=chainer.initializers.Normal(0.01)))
opt = chainer.optimizers.Adam(1e-3)
opt.setup(net)
for i in range(200):
    x = rng.randint(0, V, 50).astype('i')
    t = np.where(rng.rand(50) < .9, nxt[x], rng.randint(0, V, 50)).astype('i')
    loss = F.softmax_cross_entropy(net(x), t)
    net.cleargrads()
    loss.backward()
    opt.update()
