import numpy as np, chainer, chainer.functions as F, chainer.links as L
rng = np.random.RandomState(7)
actor = chainer.Sequential(L.Linear(3, 24), F.relu, L.Linear(24, 1), F.tanh)
class Q(chainer.Chain):
    def __init__(self):
        super().__init__()
        with self.init_scope():
            self.a, self.b = L.Linear(4, 24), L.Linear(24, 1)
    def forward(self, s, a):
        return self.b(F.relu(self.a(F.concat([s, a]))))
q = Q()
qt = q.copy('copy')
oa, oq = chainer.optimizers.Adam(1e-3), chainer.optimizers.Adam(2e-3)
oa.setup(actor); oq.setup(q)
buf = []
s = rng.randn(1, 3).astype('f')
for step in range(200):
    with chainer.no_backprop_mode():
        a = actor(s).array + 0.2 * rng.randn(1, 1).astype('f')
    r = -abs(float(a[0, 0]) - float(s[0, 0]))
    s2 = (0.8 * s + 0.4 * rng.randn(1, 3)).astype('f')
    buf.append((s, a, r, s2)); s = s2
    if len(buf) < 32: continue
    b = [buf[k] for k in rng.randint(0, len(buf), 32)]
    S, A, S2 = (np.concatenate([m[k] for m in b]) for k in (0, 1, 3))
    R = np.array([[m[2]] for m in b], 'f')
    with chainer.no_backprop_mode():
        y = R + 0.9 * qt(S2, actor(S2)).array
    lq = F.mean_squared_error(q(S, A), y)
    q.cleargrads(); lq.backward(); oq.update()
    la = -F.mean(q(S, actor(S)))
    actor.cleargrads(); la.backward(); oa.update()
    for p, o in zip(qt.params(), q.params()):
        p.array += 0.05 * (o.array - p.array)
