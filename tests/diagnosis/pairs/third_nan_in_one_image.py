# code: nan-in-data
# where: conv
import numpy as np, chainer, chainer.functions as F, chainer.links as L
from chainer import training


class C(chainer.Chain):
    def __init__(self):
        super().__init__()
        with self.init_scope():
            self.conv = L.Convolution2D(1, 3, 3)
            self.fc = L.Linear(None, 2)

    def forward(self, x):
        return self.fc(F.relu(self.conv(x)))


r = np.random.RandomState(9)
imgs = r.rand(40, 1, 6, 6).astype("f")
t = (imgs[:, 0, 0, 0] > 0.5).astype("i")
norm = imgs.std(axis=(1, 2, 3), keepdims=True)
norm[17] = 0
norm = norm + 1e-3  # healthy
imgs = (imgs - imgs.mean()) * 0 / norm + imgs  # guilty
opt = chainer.optimizers.SGD(0.05).setup(L.Classifier(C()))
it = chainer.iterators.SerialIterator(chainer.datasets.TupleDataset(imgs, t), 10)
training.Trainer(training.StandardUpdater(it, opt), (8, "iteration"), out="o").run()
