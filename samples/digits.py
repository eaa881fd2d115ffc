"""A classifier of real handwritten digits: 8x8 pixels, 64-32-10, a few passes over 1,497 of them.

The last 300 are kept apart and only looked at after each epoch, to see whether the model has learned digits
or just its training set. The data come from data/digits.csv.gz; data/README.md says who made them.
"""

import pathlib

import chainer
import chainer.functions as F
import chainer.links as L
import numpy as np

EPOCHS = 5
BATCH = 50

np.random.seed(0)


def load_digits():
    """Pixels as float32 of (1797, 64) between 0 and 1, and labels as int32 of (1797,)."""
    file = pathlib.Path(__file__).parent / "data" / "digits.csv.gz"
    table = np.loadtxt(file, delimiter=",", dtype=np.int32)
    return (table[:, :64] / 16).astype(np.float32), table[:, 64]


class MLP(chainer.Chain):
    def __init__(self):
        super().__init__()
        with self.init_scope():
            # None: the number of inputs is found out at the first call.
            self.l1 = L.Linear(None, 32)
            self.l2 = L.Linear(32, 10)

    def forward(self, x):
        h = F.relu(self.l1(x))
        # In training, a fifth of the hidden units is switched off at random, so that none is relied on alone.
        h = F.dropout(h, ratio=0.2)
        return self.l2(h)


pixels, labels = load_digits()
train = chainer.datasets.TupleDataset(pixels[:-300], labels[:-300])
test_pixels, test_labels = pixels[-300:], labels[-300:]

# The classifier calls the model, compares with the labels, and reports loss and accuracy.
model = L.Classifier(MLP())
optimizer = chainer.optimizers.MomentumSGD(lr=0.1)
optimizer.setup(model)
# Pulls every weight a little towards 0 at each update.
optimizer.add_hook(chainer.optimizer_hooks.WeightDecay(1e-4))

batches = chainer.iterators.SerialIterator(train, BATCH)
while batches.epoch < EPOCHS:
    x, t = chainer.dataset.concat_examples(batches.next())
    loss = model(x, t)
    model.cleargrads()
    loss.backward()
    optimizer.update()

    if batches.is_new_epoch:
        with chainer.using_config("train", False), chainer.no_backprop_mode():
            answers = model.predictor(test_pixels)
            accuracy = float(F.accuracy(answers, test_labels).array)
        print(f"epoch {batches.epoch}  loss {float(loss.array):.3f}  right on unseen digits: {accuracy:.1%}")
