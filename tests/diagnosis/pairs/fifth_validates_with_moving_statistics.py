# code: evaluation-mode
# where: norm
import chainer
import chainer.functions as F
import chainer.links as L
import numpy as np


class ConvNet(chainer.Chain):
    def __init__(self):
        super().__init__()
        with self.init_scope():
            self.conv = L.Convolution2D(1, 6, 3, pad=1)
            self.norm = L.BatchNormalization(6)
            self.fc = L.Linear(None, 2)

    def forward(self, x):
        h = F.max_pooling_2d(F.relu(self.norm(self.conv(x))), 2)
        return self.fc(h)


def accuracy_of(model, images, labels):
    right = 0
    for i in range(0, len(images), 10):
        guess = model(images[i : i + 10])  # faulty guilty
        with chainer.using_config("train", False), chainer.no_backprop_mode():  # healthy
            guess = model(images[i : i + 10])  # healthy
        right += int((guess.array.argmax(axis=1) == labels[i : i + 10]).sum())
    return right / len(images)


rng = np.random.RandomState(15)
images = rng.rand(80, 1, 6, 6).astype(np.float32)
labels = (images[:, 0, :3].mean((1, 2)) > images[:, 0, 3:].mean((1, 2))).astype(np.int32)
model = ConvNet()
optimizer = chainer.optimizers.Adam(0.01).setup(model)
for epoch in range(3):
    for i in range(0, 60, 15):
        model.cleargrads()
        loss = F.softmax_cross_entropy(model(images[i : i + 15]), labels[i : i + 15])
        loss.backward()
        optimizer.update()
    print(epoch, accuracy_of(model, images[60:], labels[60:]))
