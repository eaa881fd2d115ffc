# code: graph-cut
# where: encoder
import chainer
import chainer.functions as F
import chainer.links as L
import numpy as np


class Translator(chainer.Chain):
    def __init__(self, words, units):
        super().__init__()
        with self.init_scope():
            self.source = L.EmbedID(words, units)
            self.encoder = L.StatelessLSTM(units, units)
            self.target = L.EmbedID(words, units)
            self.decoder = L.StatelessLSTM(units, units)
            self.vocabulary = L.Linear(units, words)

    def forward(self, xs, ys):
        c = h = None
        for column in xs.T:
            c, h = self.encoder(c, h, self.source(column))
        h = chainer.Variable(h.array)  # faulty guilty
        c = None
        loss = 0
        for before, after in zip(ys.T[:-1], ys.T[1:]):
            c, h = self.decoder(c, h, self.target(before))
            loss += F.softmax_cross_entropy(self.vocabulary(h), after)
        return loss / (ys.shape[1] - 1)


rng = np.random.RandomState(11)
xs = rng.randint(1, 9, (40, 5)).astype(np.int32)
ys = np.concatenate([np.zeros((40, 1), np.int32), xs[:, ::-1]], axis=1)
model = Translator(9, 14)
optimizer = chainer.optimizers.Adam()
optimizer.setup(model)
optimizer.add_hook(chainer.optimizer_hooks.GradientClipping(5.0))
for epoch in range(4):
    for first in range(0, 40, 10):
        loss = model(xs[first : first + 10], ys[first : first + 10])
        model.cleargrads()
        loss.backward()
        optimizer.update()
