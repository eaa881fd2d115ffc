"""Small trainings, the same code for real Chainer and for the engine: losses of every step from one NumPy seed.

More of them are in `model_scripts`.
"""

from __future__ import annotations

import model_scripts
import numpy as np

__all__ = ["SCRIPTS", "losses_of"]


def perceptron(ch):
    """Dropout, momentum and weight decay on points of four classes, with evaluation at the end."""
    F, L = ch.functions, ch.links
    t = np.random.randint(0, 4, 120).astype("i4")
    x = (np.random.normal(size=(4, 8))[t] + 0.7 * np.random.normal(size=(120, 8))).astype("f4")
    net = ch.Sequential(L.Linear(8, 16), F.relu, F.dropout, L.Linear(16, 12), F.tanh, L.Linear(12, 4))
    model = L.Classifier(net)
    optimizer = ch.optimizers.MomentumSGD(0.05).setup(model)
    optimizer.add_hook(ch.optimizer_hooks.WeightDecay(1e-3))
    losses = []
    iterator = ch.iterators.SerialIterator(ch.datasets.TupleDataset(x, t), 24)
    while iterator.epoch < 4:
        optimizer.update(model, *ch.dataset.concat_examples(iterator.next()))
        losses.append(float(model.loss.array))
    with ch.using_config("train", False), ch.no_backprop_mode():
        losses.append(float(model(x, t).array))
    return losses


def cnn(ch):
    """Convolutions, batch normalization, both poolings and local response normalization, with Adam."""
    F, L = ch.functions, ch.links

    class Net(ch.Chain):
        def __init__(self):
            super().__init__()
            with self.init_scope():
                self.conv1 = L.Convolution2D(3, 6, 5, pad=2, initialW=ch.initializers.HeNormal())
                self.bn = L.BatchNormalization(6)
                self.conv2 = L.Convolution2D(6, 8, 3, stride=2, nobias=True)
                self.out = L.Linear(None, 5)

        def forward(self, x):
            h = F.max_pooling_2d(F.relu(self.bn(self.conv1(x))), 3, stride=2)
            h = F.local_response_normalization(F.leaky_relu(self.conv2(h)))
            return self.out(F.dropout(F.average_pooling_2d(h, 2), 0.3))

    x = np.random.rand(32, 3, 16, 16).astype("f4")
    t = np.random.randint(0, 5, 32).astype("i4")
    model = L.Classifier(Net())
    optimizer = ch.optimizers.Adam(0.003).setup(model)
    losses = []
    for step in range(12):
        first = step % 4 * 8
        optimizer.update(model, x[first : first + 8], t[first : first + 8])
        losses.append(float(model.loss.array))
    with ch.using_config("train", False), ch.no_backprop_mode():
        losses.append(float(model(x, t).array))
    return losses


def language_model(ch):
    """Two layers of LSTM by truncated backpropagation through time, and one whole-sequence layer, clipped."""
    F, L = ch.functions, ch.links

    class Net(ch.Chain):
        def __init__(self):
            super().__init__()
            with self.init_scope():
                self.embed = L.EmbedID(15, 10)
                self.lstm1 = L.LSTM(10, 12)
                self.lstm2 = L.LSTM(12, 12)
                self.sequence = L.NStepLSTM(2, 10, 12, 0.2)
                self.out = L.Linear(12, 15)

        def forward(self, words):
            return self.out(F.dropout(self.lstm2(F.dropout(self.lstm1(self.embed(words)))), 0.25))

    model = Net()
    optimizer = ch.optimizers.SGD(0.7).setup(model)
    optimizer.add_hook(ch.optimizer_hooks.GradientClipping(2.0))
    text = np.random.randint(0, 15, 400).astype("i4").cumsum().astype("i4") % 15
    losses = []
    for step in range(6):
        loss = 0
        for place in range(step * 5, step * 5 + 5):
            loss = loss + F.softmax_cross_entropy(model(text[place::50]), text[place + 1 :: 50])
        sentences = [text[k : k + length] for k, length in ((0, 6), (40, 4), (90, 6), (200, 3))]
        _, _, ys = model.sequence(None, None, [model.embed(sentence[:-1]) for sentence in sentences])
        following = np.concatenate([sentence[1:] for sentence in sentences])
        loss = loss + F.softmax_cross_entropy(model.out(F.concat(ys, axis=0)), following)
        model.cleargrads()
        loss.backward()
        loss.unchain_backward()
        optimizer.update()
        losses.append(float(loss.array))
    return losses


def vae(ch):
    """A variational autoencoder with distributions, two samples a datum, and RMSprop."""
    F, L, D = ch.functions, ch.links, ch.distributions
    model = ch.Chain(
        hidden=L.Linear(12, 9), mean=L.Linear(9, 3), scale=L.Linear(9, 3), back=L.Linear(3, 9), out=L.Linear(9, 12)
    )  # fmt: skip
    optimizer = ch.optimizers.RMSprop(0.005).setup(model)
    x = (np.random.rand(40, 12) > np.linspace(0.1, 0.9, 12)).astype("f4")
    prior = D.Normal(np.zeros(3, "f4"), scale=np.ones(3, "f4"))
    losses = []
    for step in range(16):
        batch = x[step % 4 * 10 : step % 4 * 10 + 10]
        h = F.tanh(model.hidden(batch))
        code = D.Normal(model.mean(h), log_scale=model.scale(h))
        z = code.sample(2)
        likely = D.Bernoulli(logit=model.out(F.tanh(model.back(z, n_batch_axes=2)), n_batch_axes=2))
        fit = F.mean(F.sum(likely.log_prob(F.broadcast_to(batch[None, :], (2, *batch.shape))), axis=-1))
        loss = F.mean(F.sum(ch.kl_divergence(code, prior), axis=-1)) - fit
        model.cleargrads()
        loss.backward()
        optimizer.update()
        losses.append(float(loss.array))
    return losses


SCRIPTS = {
    "perceptron": perceptron,
    "cnn": cnn,
    "language model": language_model,
    "vae": vae,
    **model_scripts.SCRIPTS,
}


def losses_of(name, ch):
    """The losses of a script with one seed."""
    np.random.seed(11)
    return SCRIPTS[name](ch)
