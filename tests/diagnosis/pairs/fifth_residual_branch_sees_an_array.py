# code: path-cut
# where: entry
import chainer
import chainer.functions as F
import chainer.links as L
import numpy as np


class Block(chainer.Chain):
    def __init__(self, width):
        super().__init__()
        with self.init_scope():
            self.a = L.Linear(width, width)
            self.b = L.Linear(width, width)

    def forward(self, x):
        inner = F.relu(self.a(F.relu(x.data)))  # faulty guilty
        inner = F.relu(self.a(F.relu(x)))  # healthy
        return x + self.b(inner)


class Tower(chainer.Chain):
    def __init__(self):
        super().__init__()
        with self.init_scope():
            self.entry = L.Linear(8, 16)
            self.blocks = chainer.ChainList(Block(16), Block(16), Block(16))
            self.exit = L.Linear(16, 3)

    def forward(self, x):
        h = self.entry(x)
        for block in self.blocks:
            h = block(h)
        return self.exit(F.relu(h))


rng = np.random.RandomState(9)
points = rng.randn(120, 8).astype(np.float32)
kinds = np.argmax(points[:, :3] + points[:, 3:6], axis=1).astype(np.int32)
dataset = chainer.datasets.TupleDataset(points, kinds)
train_iter = chainer.iterators.SerialIterator(dataset, 24)
model = L.Classifier(Tower())
optimizer = chainer.optimizers.Adam().setup(model)
updater = chainer.training.StandardUpdater(train_iter, optimizer)
trainer = chainer.training.Trainer(updater, (20, "iteration"), out="result")
trainer.run()
