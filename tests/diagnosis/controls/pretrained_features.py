"""Only the head is given to the optimizer; the feature extractor is pretrained."""
import chainer
import chainer.functions as F
import chainer.links as L
import numpy as np

rng = np.random.RandomState(0)
x = rng.randn(60, 5).astype("f")
t = (x[:, 0] > 0).astype("i")
pretrained = L.Linear(5, 16)
head = L.Linear(16, 2)
optimizer = chainer.optimizers.Adam(0.05).setup(head)
for i in range(30):
    with chainer.no_backprop_mode(), chainer.using_config("train", False):
        features = F.relu(pretrained(x))
    loss = F.softmax_cross_entropy(head(features), t)
    head.cleargrads()
    loss.backward()
    optimizer.update()
