import chainer
import chainer.functions as F
import chainer.links as L
import numpy as np

from chainer import training
from chainer.training import extensions


class Net(chainer.Chain):
    def __init__(self):
        super().__init__()
        with self.init_scope():
            self.conv = L.Convolution2D(1, 8, 3, pad=1, nobias=True)
            self.bn = L.BatchNormalization(8)
            self.fc1 = L.Linear(None, 24)
            self.fc2 = L.Linear(None, 3)

    def forward(self, x):
        h = F.max_pooling_2d(F.relu(self.bn(self.conv(x))), 2)
        return self.fc2(F.dropout(F.relu(self.fc1(h)), 0.3))


rng = np.random.RandomState(6)
x = rng.rand(150, 1, 8, 8).astype(np.float32)
t = rng.randint(0, 3, 150).astype(np.int32)
for image, label in zip(x, t):
    image[0, label * 2 : label * 2 + 2] += 0.6
train, test = chainer.datasets.split_dataset_random(chainer.datasets.TupleDataset(x, t), 120, seed=0)
model = L.Classifier(Net())
optimizer = chainer.optimizers.MomentumSGD(0.05)
optimizer.setup(model)
optimizer.add_hook(chainer.optimizer_hooks.WeightDecay(1e-4))
optimizer.add_hook(chainer.optimizer_hooks.GradientClipping(5))
train_it = chainer.iterators.SerialIterator(train, 20)
test_it = chainer.iterators.SerialIterator(test, 15, repeat=False, shuffle=False)
trainer = training.Trainer(training.StandardUpdater(train_it, optimizer), (4, "epoch"), out="result")
trainer.extend(extensions.Evaluator(test_it, model))
trainer.extend(extensions.ExponentialShift("lr", 0.5), trigger=(2, "epoch"))
trainer.extend(extensions.LogReport())
trainer.run()
