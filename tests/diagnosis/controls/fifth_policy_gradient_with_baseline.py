import chainer
import chainer.functions as F
import chainer.links as L
import numpy as np

rng = np.random.RandomState(9)
policy = chainer.Sequential(L.Linear(3, 16), F.tanh, L.Linear(16, 2))
value = chainer.Sequential(L.Linear(3, 16), F.tanh, L.Linear(16, 1))
opt_p = chainer.optimizers.Adam(5e-3).setup(policy)
opt_v = chainer.optimizers.Adam(5e-3).setup(value)
for episode in range(25):
    s = rng.randn(30, 3).astype(np.float32)
    logits = policy(s)
    p = F.softmax(logits).array[:, 1]
    a = (rng.rand(30) < p).astype(np.int32)
    r = ((s[:, 0] > 0) == (a == 1)).astype(np.float32)
    v = value(s)
    advantage = (r - v.array[:, 0]).astype(np.float32)
    logp = F.select_item(F.log_softmax(logits), a)
    loss_p = -F.mean(logp * advantage)
    loss_v = F.mean_squared_error(v, r[:, None])
    policy.cleargrads()
    value.cleargrads()
    loss_p.backward()
    loss_v.backward()
    opt_p.update()
    opt_v.update()
