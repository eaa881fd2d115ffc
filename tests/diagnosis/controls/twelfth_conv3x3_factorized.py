import numpy as np, chainer, chainer.functions as F, chainer.links as L
rng = np.random.RandomState(29)
x = rng.rand(120, 3, 8, 8).astype('f'); t = (x[:, 0].mean((1, 2)) > x[:, 1].mean((1, 2))).astype('i')
net = chainer.Sequential(L.Convolution2D(3, 12, (3, 1), pad=(1, 0)), L.Convolution2D(12, 12, (1, 3), pad=(0, 1)), F.relu, lambda h: F.mean(h, axis=(2, 3)), L.Linear(12, 2))
opt = chainer.optimizers.Adam(0.01); opt.setup(net)
for i in range(60):
    j = rng.randint(0, 120, 20)
    loss = F.softmax_cross_entropy(net(x[j]), t[j])
    net.cleargrads(); loss.backward(); opt.update()
