# code: padding-counts
# where: softmax_cross_entropy
import numpy as np
import chainer
import chainer.functions as F
import chainer.links as L

rng = np.random.RandomState(0)
WORDS = 12


class Next(chainer.Chain):
    def __init__(self):
        super().__init__()
        with self.init_scope():
            self.embed = L.EmbedID(WORDS, 10, ignore_label=-1)
            self.out = L.Linear(10, WORDS)

    def forward(self, words):
        return self.out(self.embed(words))


model = Next()
opt = chainer.optimizers.Adam(0.02).setup(model)
for i in range(15):
    words = np.full((16, 7), -1, "i")
    for row, length in zip(words, rng.randint(3, 8, 16)):
        row[:length] = rng.randint(0, WORDS, length)
    loss = 0
    for place in range(7):
        now = words[:, place]
        after = np.where(now >= 0, now * 2 % WORDS, -1).astype("i")  # healthy
        after = np.where(now >= 0, now * 2 % WORDS, 0).astype("i")  # faulty
        loss += F.softmax_cross_entropy(model(now), after)  # guilty
    model.cleargrads()
    loss.backward()
    opt.update()
