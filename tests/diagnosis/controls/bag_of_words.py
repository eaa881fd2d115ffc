"""Most rows of the embedding get a gradient of zero in each step."""
import chainer
import chainer.functions as F
import chainer.links as L
import numpy as np


class Bag(chainer.Chain):
    def __init__(self):
        super().__init__()
        with self.init_scope():
            self.embed = L.EmbedID(500, 8)
            self.out = L.Linear(8, 2)

    def forward(self, words):
        return self.out(F.sum(self.embed(words), axis=1))


rng = np.random.RandomState(0)
words = rng.randint(0, 500, (40, 6)).astype("i")
t = (words[:, 0] % 2).astype("i")
model = L.Classifier(Bag())
optimizer = chainer.optimizers.Adam(0.02).setup(model)
for epoch in range(8):
    for i in range(0, 40, 10):
        optimizer.update(model, words[i : i + 10], t[i : i + 10])
