# code: growing-graph
# where: Lm
import numpy as np
import chainer
import chainer.functions as F
import chainer.links as L
from chainer import optimizers
r = np.random.RandomState(4)
seqs = r.randint(0, 8, (120, 14)).astype(np.int32)
seqs[:, 1::2] = (seqs[:, 0::2] + 1) % 8

class Lm(chainer.Chain):
    def __init__(self):
        super().__init__()
        with self.init_scope():
            self.embed = L.EmbedID(8, 16)
            self.rnn = L.LSTM(16, 32)
            self.out = L.Linear(32, 8)

    def step(self, x):
        return self.out(self.rnn(self.embed(x)))

lm = Lm()
opt = optimizers.Adam(0.01)
opt.setup(lm)

for epoch in range(16):
    batch = seqs[r.choice(120, 40, replace=False)]
    if epoch == 0: lm.rnn.reset_state()  # faulty
    lm.rnn.reset_state()  # healthy
    loss = 0
    for t in range(5):
        loss += F.softmax_cross_entropy(lm.step(batch[:, t]), batch[:, t + 1])
    lm.cleargrads()
    loss.backward()  # guilty
    opt.update()
