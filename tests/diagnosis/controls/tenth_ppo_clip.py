import numpy as np, chainer, chainer.functions as F, chainer.links as L
rng = np.random.RandomState(30)
pi = chainer.Sequential(L.Linear(4, 24), F.tanh, L.Linear(24, 3))
opt = chainer.optimizers.Adam(3e-3)
opt.setup(pi)
K = rng.randn(4, 3)
for rollout in range(25):
    s = rng.randn(64, 4).astype('f')
    with chainer.no_backprop_mode():
        p = F.softmax(pi(s)).array.astype(np.float64)
    a = np.array([rng.choice(3, p=r / r.sum()) for r in p], 'i')
    old = np.log(p[np.arange(64), a]).astype('f')
    r = (s @ K)[np.arange(64), a]
    adv = ((r - r.mean()) / r.std()).astype('f')
    for epoch in range(3):
        lp = F.select_item(F.log_softmax(pi(s)), a)
        ratio = F.exp(lp - old)
        loss = -F.mean(F.minimum(ratio * adv, F.clip(ratio, 0.8, 1.2) * adv))
        pi.cleargrads()
        loss.backward()
        opt.update()
