# code: wrong-axis
# where: softmax
import chainer
import chainer.functions as F
import chainer.links as L
import numpy as np


class Pooler(chainer.Chain):
    def __init__(self, words, units, classes):
        super().__init__()
        with self.init_scope():
            self.embed = L.EmbedID(words, units)
            self.score = L.Linear(units, 1)
            self.out = L.Linear(units, classes)

    def forward(self, tokens):
        e = self.embed(tokens)  # (batch, time, units)
        score = self.score(F.tanh(e), n_batch_axes=2)  # (batch, time, 1)
        weight = F.softmax(score, axis=2)  # faulty guilty
        weight = F.softmax(score, axis=1)  # healthy
        context = F.sum(e * F.broadcast_to(weight, e.shape), axis=1)
        return self.out(context)


rng = np.random.RandomState(19)
tokens = rng.randint(0, 30, (96, 7)).astype(np.int32)
labels = (tokens < 4).any(axis=1).astype(np.int32)
model = L.Classifier(Pooler(30, 10, 2))
optimizer = chainer.optimizers.Adam(0.01)
optimizer.setup(model)
for i in range(24):
    rows = slice(i % 4 * 24, i % 4 * 24 + 24)
    optimizer.update(model, tokens[rows], labels[rows])
