# code: changed-in-place
# where: Tagger
import chainer
import chainer.functions as F
import chainer.links as L
import numpy as np


class Tagger(chainer.Chain):
    def __init__(self):
        super().__init__()
        with self.init_scope():
            self.embed = L.EmbedID(20, 8)
            self.into = L.Linear(8, 10)
            self.across = L.Linear(10, 10, nobias=True)
            self.tag = L.Linear(10, 3)

    def forward(self, xs, ts, lengths):
        h = chainer.Variable(np.zeros((len(xs), 10), np.float32))
        loss = 0
        for step in range(xs.shape[1]):
            h = F.tanh(self.into(self.embed(xs[:, step])) + self.across(h))
            ended = step >= lengths
            h.array[ended] = 0  # faulty guilty
            h = F.where(np.repeat(ended[:, None], 10, 1), np.zeros_like(h.array), h)  # healthy
            loss += F.softmax_cross_entropy(self.tag(h), np.where(ended, -1, ts[:, step]).astype(np.int32))
        return loss


rng = np.random.RandomState(21)
xs = rng.randint(0, 20, (30, 6)).astype(np.int32)
ts = (xs % 3).astype(np.int32)
lengths = rng.randint(2, 6, 30)
tagger = Tagger()
optimizer = chainer.optimizers.Adam(0.02).setup(tagger)
for epoch in range(8):
    tagger.cleargrads()
    loss = tagger.forward(xs, ts, lengths)
    loss.backward()
    optimizer.update()
