# code: target-in-inputs
# where: embed_id
import numpy as np
import chainer
import chainer.functions as F
import chainer.links as L

rng = np.random.RandomState(121)


class LM(chainer.Chain):
    def __init__(self, v, n):
        super().__init__()
        with self.init_scope():
            self.e = L.EmbedID(v, n)
            self.l = L.LSTM(n, n)
            self.w = L.Linear(n, v)

    def step(self, x):
        return self.w(self.l(self.e(x)))


trans = rng.dirichlet(np.full(15, 0.2), 15)
text = [0]
for _ in range(4000):
    text.append(rng.choice(15, p=trans[text[-1]]))
text = np.array(text, np.int32)
lm = LM(15, 24)
opt = chainer.optimizers.Adam(0.005)
opt.setup(lm)
for it in range(60):
    pos = rng.randint(0, 3900, 20)
    lm.l.reset_state()
    loss = 0
    for k in range(10):
        x = text[pos + k]
        t = text[pos + k]  # faulty guilty
        t = text[pos + k + 1]  # healthy
        loss += F.softmax_cross_entropy(lm.step(x), t)  # guilty
    lm.cleargrads()
    loss.backward()
    opt.update()
