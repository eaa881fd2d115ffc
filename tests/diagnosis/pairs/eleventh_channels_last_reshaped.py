# code: uninformative-labels
# where: softmax_cross_entropy
import numpy as np
import chainer, chainer.functions as F, chainer.links as L

rng = np.random.RandomState(24)
photos = rng.rand(200, 8, 8, 3)
warm = (photos[..., 0].mean((1, 2)) > photos[..., 2].mean((1, 2))).astype('i')
x = photos.reshape(200, 3, 8, 8).astype('f')  # faulty guilty
x = photos.transpose(0, 3, 1, 2).astype('f')  # healthy
net = chainer.Sequential(L.Convolution2D(3, 8, 3), F.relu, lambda h: F.mean(h, axis=(2, 3)), L.Linear(8, 2))
opt = chainer.optimizers.Adam(0.01)
opt.setup(net)
for e in range(8):
    for s in range(0, 200, 20):
        loss = F.softmax_cross_entropy(net(x[s:s+20]), warm[s:s+20])
        net.cleargrads(); loss.backward(); opt.update()
