# code: constant-data
# where: Classifier.predictor
import chainer
import chainer.functions as F
import chainer.links as L
import numpy as np

rs = np.random.RandomState(2)
IMAGES = rs.randint(0, 255, (300, 25)).astype(np.uint8)
BRIGHT = (IMAGES.mean(axis=1) > 127).astype(np.int32)
scaled = (IMAGES // 255).astype(np.float32)  # faulty guilty
scaled = (IMAGES / 255 - 0.5).astype(np.float32)  # healthy
model = L.Classifier(chainer.Sequential(L.Linear(25, 20), F.relu, L.Linear(20, 2)))
optimizer = chainer.optimizers.Adam(0.01).setup(model)
for step in range(60):
    pick = rs.choice(300, 30)
    optimizer.update(model, scaled[pick], BRIGHT[pick])
