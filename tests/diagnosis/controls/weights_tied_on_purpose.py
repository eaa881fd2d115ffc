"""The output layer uses the embedding's weights; two towers are one net."""
import chainer
import chainer.functions as F
import chainer.links as L
import numpy as np


class Tied(chainer.Chain):
    def __init__(self):
        super().__init__()
        with self.init_scope():
            self.embed = L.EmbedID(10, 6)
            self.mix = L.Linear(6, 6)
            self.bias = chainer.Parameter(0, (10,))

    def forward(self, w):
        h = F.tanh(self.mix(self.embed(w)))
        return F.linear(h, self.embed.W, self.bias)


words = np.arange(40, dtype="i") % 10
after = (words + 1) % 10
model = L.Classifier(Tied())
optimizer = chainer.optimizers.Adam(0.02).setup(model)
for i in range(40):
    optimizer.update(model, words, after.astype("i"))
