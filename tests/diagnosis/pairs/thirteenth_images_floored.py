# code: constant-data
# where: predictor.0
import chainer
import chainer.functions as F
import chainer.links as L
import numpy as np

rng = np.random.RandomState(0)
labels = rng.randint(0, 4, 200)
images = rng.randint(0, 60, (200, 8, 8))
for image, label in zip(images, labels):
    image[2 * label : 2 * label + 2] += 150
x = (images // 255).astype(np.float32).reshape(200, -1)  # faulty guilty
x = (images / 255).astype(np.float32).reshape(200, -1)  # healthy
train = chainer.datasets.TupleDataset(x, labels.astype(np.int32))
model = L.Classifier(chainer.Sequential(L.Linear(None, 20), F.relu, L.Linear(None, 4)))
optimizer = chainer.optimizers.Adam(0.01).setup(model)
iterator = chainer.iterators.SerialIterator(train, 40)
updater = chainer.training.StandardUpdater(iterator, optimizer)
chainer.training.Trainer(updater, (30, "iteration")).run()
