# code: unscaled-inputs
# where: conv1
import chainer
import chainer.functions as F
import chainer.links as L
import numpy as np


class LeNet(chainer.Chain):
    def __init__(self):
        super().__init__()
        with self.init_scope():
            self.conv1 = L.Convolution2D(None, 6, 3)
            self.conv2 = L.Convolution2D(None, 8, 3)
            self.fc1 = L.Linear(None, 20)
            self.fc2 = L.Linear(None, 4)

    def forward(self, x):
        h = F.max_pooling_2d(F.relu(self.conv1(x)), 2)
        h = F.relu(self.conv2(h))
        return self.fc2(F.relu(self.fc1(h)))


rng = np.random.RandomState(16)
images = rng.randint(0, 100, (160, 1, 12, 12))
labels = rng.randint(0, 4, 160).astype(np.int32)
for image, label in zip(images, labels):
    image[0, label * 3 : label * 3 + 3] += 150
images = images.astype(np.float32)  # faulty guilty
images = images.astype(np.float32) / 255  # healthy
train = chainer.iterators.SerialIterator(chainer.datasets.TupleDataset(images, labels), 16)
model = L.Classifier(LeNet())
optimizer = chainer.optimizers.SGD(lr=0.1)
optimizer.setup(model)
updater = chainer.training.updaters.StandardUpdater(train, optimizer)
trainer = chainer.training.Trainer(updater, (40, "iteration"), out="out")
trainer.run()
