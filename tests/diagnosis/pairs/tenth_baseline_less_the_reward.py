# code: wrong-sign
# where: log_softmax
import numpy as np
import chainer
import chainer.functions as F
import chainer.links as L

rng = np.random.RandomState(2)
model = chainer.Sequential(L.Linear(6, 24), F.tanh, L.Linear(24, 4))
opt = chainer.optimizers.Adam(5e-3)
opt.setup(model)
M = rng.randn(6, 4)
baseline = 0.0
for ep in range(120):
    obs = rng.randn(32, 6).astype(np.float32)
    out = model(obs)
    p = F.softmax(out).array
    act = (p.cumsum(1) > rng.rand(32, 1)).argmax(1).astype(np.int32)
    score = (act == (obs @ M).argmax(1)).astype(np.float32)
    baseline = 0.9 * baseline + 0.1 * score.mean()
    w = (baseline - score).astype(np.float32)  # faulty guilty
    w = (score - baseline).astype(np.float32)  # healthy
    logp = F.select_item(F.log_softmax(out), act)
    loss = -F.sum(logp * w) / 32
    model.cleargrads()
    loss.backward()
    opt.update()
