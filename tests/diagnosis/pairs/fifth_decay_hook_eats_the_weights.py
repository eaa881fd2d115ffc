# code: weight-decay-too-strong
# where: WeightDecay
import chainer
import chainer.functions as F
import chainer.links as L
import numpy as np

rng = np.random.RandomState(26)
x = rng.randn(300, 10).astype(np.float32)
t = np.argmax(x[:, :5], axis=1).astype(np.int32)
train = chainer.datasets.TupleDataset(x, t)
model = L.Classifier(chainer.Sequential(L.Linear(10, 30), F.relu, L.Linear(30, 5)))
optimizer = chainer.optimizers.SGD(0.1)
optimizer.setup(model)
optimizer.add_hook(chainer.optimizer_hooks.WeightDecay(0.5))  # faulty guilty
optimizer.add_hook(chainer.optimizer_hooks.WeightDecay(5e-4))  # healthy
updater = chainer.training.StandardUpdater(chainer.iterators.SerialIterator(train, 30), optimizer)
trainer = chainer.training.Trainer(updater, (6, "epoch"), out="result")
trainer.run()
