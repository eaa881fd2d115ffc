# code: target-in-graph
# where: huber_loss
import numpy as np
import chainer
import chainer.functions as F
import chainer.links as L

rng = np.random.RandomState(49)
q = chainer.Sequential(L.Linear(6, 32), F.relu, L.Linear(32, 3))
q_old = q.copy(mode='copy')
opt = chainer.optimizers.RMSprop(lr=0.002)
opt.setup(q)
S = rng.randn(500, 6).astype(np.float32)
A = rng.randint(0, 3, 500).astype(np.int32)
R = (S[np.arange(500), A] > 0).astype(np.float32)
S2 = (0.9 * S + 0.1 * rng.randn(500, 6)).astype(np.float32)
for it in range(150):
    j = rng.randint(0, 500, 32)
    with chainer.no_backprop_mode():  # healthy
        best = F.max(q_old(S2[j]), axis=1)  # healthy
    best = F.max(q(S2[j]), axis=1)  # faulty guilty
    goal = R[j] + 0.9 * best
    now = F.select_item(q(S[j]), A[j])
    loss = F.mean(F.huber_loss(now, goal, 1.0, reduce='no'))
    q.cleargrads()
    loss.backward()
    opt.update()
    if it % 25 == 0:
        q_old.copyparams(q)
