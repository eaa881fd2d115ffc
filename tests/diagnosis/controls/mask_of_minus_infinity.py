"""Scores masked with minus infinity, which the softmax takes away again."""
import numpy as np, chainer, chainer.functions as F, chainer.links as L
np.random.seed(7)
emb, score, out = L.EmbedID(20, 16), L.Linear(16, 1), L.Linear(16, 2)
m = chainer.ChainList(emb, score, out)
o = chainer.optimizers.Adam(5e-3).setup(m)
for k in range(80):
    ids = np.random.randint(1, 20, (20, 9)).astype('i')
    n = np.random.randint(1, 10, 20)
    ids[np.arange(9) >= n[:, None]] = 0
    t = ((ids > 12).sum(1) > n / 3).astype('i')
    e = emb(ids)
    s = F.reshape(score(F.reshape(e, (180, 16))), (20, 9))
    w = F.softmax(s + np.where(ids > 0, 0, -np.inf).astype('f'))  # one word at least is left in each row
    c = F.sum(F.broadcast_to(w[:, :, None], e.shape) * e, axis=1)
    loss = F.softmax_cross_entropy(out(c), t)
    m.cleargrads(); loss.backward(); o.update()
