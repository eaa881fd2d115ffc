# code: data-drift
# where: Sequential
import numpy as np
import chainer
import chainer.functions as F
import chainer.links as L

rs = np.random.RandomState(117)
t = rs.randint(0, 4, 800).astype(np.int32)
x = (rs.randn(800, 16) * 20 + 30).astype(np.float32)
x[np.arange(800), t] += 60

model = chainer.Sequential(L.Linear(16, 40), F.relu, L.Linear(40, 4))
opt = chainer.optimizers.Adam(0.003)
opt.setup(model)
for epoch in range(10):
    for i in range(0, 800, 40):
        xb = x[i:i + 40]
        xb /= 50  # faulty guilty
        xb = xb / 50  # healthy
        loss = F.softmax_cross_entropy(model(xb), t[i:i + 40])
        model.cleargrads()
        loss.backward()
        opt.update()
    print(epoch, loss.array)
