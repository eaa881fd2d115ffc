import numpy as np, chainer, chainer.functions as F, chainer.links as L
rng = np.random.RandomState(10)
enc = L.Linear(16, 8)
dec = L.Linear(4, 16)
net = chainer.ChainList(enc, dec)
data = (rng.randn(300, 3) @ rng.randn(3, 16)).astype('f')
opt = chainer.optimizers.Adam(5e-3)
opt.setup(net)
for i in range(250):
    x = data[rng.randint(0, 300, 30)]
    h = enc(x)
    mu, lv = h[:, :4], h[:, 4:]
    rec = F.gaussian_nll(chainer.Variable(x), dec(F.gaussian(mu, lv)), np.full(x.shape, -2, 'f')) / 30
    loss = rec + min(1, i / 100) * F.gaussian_kl_divergence(mu, lv) / 30
    net.cleargrads()
    loss.backward()
    opt.update()
