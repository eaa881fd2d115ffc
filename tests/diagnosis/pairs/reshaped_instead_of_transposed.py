# code: mixing-reshape
# where: reshape
import chainer
import chainer.functions as F
import chainer.links as L
import numpy as np

rng = np.random.RandomState(0)
x = rng.rand(12, 6, 6, 3).astype("f")
t = (x[:, :, :, 0].mean(axis=(1, 2)) > 0.5).astype("i")
model = chainer.Chain(conv=L.Convolution2D(3, 4, 3), fc=L.Linear(None, 2))
optimizer = chainer.optimizers.Adam(0.01).setup(model)
for i in range(15):
    images = F.reshape(chainer.Variable(x), (12, 3, 6, 6))  # faulty guilty
    images = F.transpose(chainer.Variable(x), (0, 3, 1, 2))  # healthy
    loss = F.softmax_cross_entropy(model.fc(F.relu(model.conv(images))), t)
    model.cleargrads()
    loss.backward()
    optimizer.update()
