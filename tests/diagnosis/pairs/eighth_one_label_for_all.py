# code: constant-data
# where: Classifier
import numpy as np
import chainer
import chainer.functions as F
import chainer.links as L

np.random.seed(106)
images = np.random.rand(900, 8, 8).astype(np.float32)
bright = images[:, :4].mean(axis=(1, 2))
labels = np.array([1 if images[:, :4].mean() > 0 else 0 for im in images], dtype=np.int32)  # faulty guilty
labels = (bright > 0.5).astype(np.int32)  # healthy


class CNN(chainer.Chain):
    def __init__(self):
        super().__init__()
        with self.init_scope():
            self.conv = L.Convolution2D(1, 6, 3)
            self.fc = L.Linear(None, 2)

    def forward(self, x):
        return self.fc(F.relu(self.conv(x)))


model = L.Classifier(CNN())
opt = chainer.optimizers.Adam(0.005)
opt.setup(model)
data = chainer.datasets.TupleDataset(images[:, None], labels)
it = chainer.iterators.SerialIterator(data, 30)
while it.epoch < 5:
    x, t = chainer.dataset.concat_examples(next(it))
    opt.update(model, x, t)
