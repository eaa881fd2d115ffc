# code: softmax-twice
# where: softmax
import numpy as np
import chainer
import chainer.functions as F
import chainer.links as L

rs = np.random.RandomState(1)
x = rs.randn(50, 4).astype("f")
t = (x[:, 0] > 0).astype("i")
net = chainer.ChainList(L.Linear(4, 9), L.Linear(9, 2))
o = chainer.optimizers.AdaGrad(0.05).setup(net)
for i in range(20):
    h = F.leaky_relu(net[0](x))
    prob = F.softmax(net[1](h))  # guilty
    loss = F.softmax_cross_entropy(prob, t)  # faulty
    loss = -F.mean(F.log(F.select_item(prob, t) + 1e-8))  # healthy
    net.cleargrads()
    loss.backward()
    o.update()
