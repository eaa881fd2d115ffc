"""An autoencoder whose code is a plain linear layer, and a depthwise convolution before a pointwise one."""
import chainer
import chainer.functions as F
import chainer.links as L
import numpy as np

rng = np.random.RandomState(0)
x = rng.randn(50, 10).astype("f")
x[:, 5:] = x[:, :5]
model = chainer.Sequential(L.Linear(10, 5), L.Linear(5, 10))
optimizer = chainer.optimizers.Adam(0.02).setup(model)
for i in range(60):
    loss = F.mean_squared_error(model(x), x)
    model.cleargrads()
    loss.backward()
    optimizer.update()
