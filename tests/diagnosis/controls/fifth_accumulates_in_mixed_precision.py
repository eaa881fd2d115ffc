import chainer
import chainer.functions as F
import chainer.links as L
import numpy as np

chainer.global_config.dtype = chainer.mixed16
rng = np.random.RandomState(13)
x = rng.randn(128, 10).astype(np.float16)
t = (x[:, 0] > x[:, 1]).astype(np.int32)
model = L.Classifier(chainer.Sequential(L.Linear(10, 24), F.relu, L.Linear(24, 2)))
optimizer = chainer.optimizers.MomentumSGD(0.05)
optimizer.setup(model)
optimizer.use_fp32_update()
optimizer.loss_scaling(interval=20)
for step in range(12):
    model.cleargrads()
    for part in range(2):
        rows = rng.randint(0, 128, 32)
        loss = model(x[rows], t[rows]) / 2
        loss.backward(loss_scale=optimizer._loss_scale)
    optimizer.update()
