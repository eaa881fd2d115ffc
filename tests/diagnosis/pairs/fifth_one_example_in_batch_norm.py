# code: normalization-of-one
# where: norm
import chainer
import chainer.functions as F
import chainer.links as L
import numpy as np

BATCH = 1  # faulty
BATCH = 12  # healthy


class Net(chainer.Chain):
    def __init__(self):
        super().__init__()
        with self.init_scope():
            self.fc = L.Linear(6, 12)
            self.norm = L.BatchNormalization(12)
            self.out = L.Linear(12, 3)

    def forward(self, x):
        h = self.fc(x)
        return self.out(F.relu(self.norm(h)))  # guilty


rng = np.random.RandomState(24)
x = rng.randn(120, 6).astype(np.float32)
t = x[:, :3].argmax(axis=1).astype(np.int32)
data = chainer.datasets.TupleDataset(x, t)
it = chainer.iterators.SerialIterator(data, BATCH)
model = L.Classifier(Net())
opt = chainer.optimizers.Adam()
opt.setup(model)
updater = chainer.training.StandardUpdater(it, opt)
chainer.training.Trainer(updater, (40, "iteration"), out="o").run()
