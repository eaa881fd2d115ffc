import chainer
import chainer.functions as F
import chainer.links as L
import numpy as np

rng = np.random.RandomState(0)
x = rng.randn(70, 5).astype("f")
t = (x[:, 0] > 0).astype("i")
model = L.Classifier(chainer.Sequential(L.Linear(5, 12), F.relu, F.dropout, L.Linear(12, 2)))
optimizer = chainer.optimizers.Adam(0.02).setup(model)
for epoch in range(5):
    order = rng.permutation(50)
    for i in range(0, 50, 16):
        rows = order[i : i + 16]
        optimizer.update(model, x[rows], t[rows])
    with chainer.using_config("train", False), chainer.no_backprop_mode():
        loss = model(x[50:], t[50:])
    print(epoch, float(loss.array))
