import numpy as np, chainer, chainer.functions as F, chainer.links as L
rng = np.random.RandomState(8)
q = chainer.Sequential(L.Linear(4, 32), F.relu, L.Linear(32, 2))
target = q.copy(mode='copy')
opt = chainer.optimizers.Adam(2e-3)
opt.setup(q)
s = rng.randn(4).astype('f')
mem = []
for step in range(300):
    a = rng.randint(2) if rng.rand() < 0.3 else int(q(s[None]).array.argmax())
    s2 = (0.95 * s + 0.3 * rng.randn(4)).astype('f')
    r = 1.0 if (s[0] > 0) == bool(a) else 0.0
    mem.append((s, a, r, s2)); s = s2
    if len(mem) < 32:
        continue
    b = [mem[k] for k in rng.randint(0, len(mem), 32)]
    S, A, R, S2 = (np.array([m[k] for m in b]) for k in range(4))
    with chainer.no_backprop_mode():
        y = R.astype('f') + 0.98 * target(S2).array.max(1)
    loss = F.mean_squared_error(F.select_item(q(S), A.astype('i')), y)
    q.cleargrads()
    loss.backward()
    opt.update()
    if step % 20 == 0:
        target.copyparams(q)
