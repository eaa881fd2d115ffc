import numpy as np, chainer, chainer.functions as F, chainer.links as L
rng = np.random.RandomState(29)
enc, dec = L.Linear(8, 6), L.Linear(6, 8)
net = chainer.ChainList(enc, dec)
proto = rng.randn(6, 8)
opt = chainer.optimizers.Adam(0.01)
opt.setup(net)
for i in range(150):
    x = (proto[rng.randint(0, 6, 40)] + 0.1 * rng.randn(40, 8)).astype('f')
    y = F.gumbel_softmax(F.log_softmax(enc(x)), tau=0.7)
    hard = np.eye(6, dtype='f')[y.array.argmax(1)]
    z = y + (hard - y.array)
    loss = F.mean_squared_error(dec(z), x)
    net.cleargrads()
    loss.backward()
    opt.update()
