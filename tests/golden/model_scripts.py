"""More small trainings in the style of public programs, the same code for real Chainer and for the engine.

Each is a function of the framework that gives the losses of every step, as those of `training_scripts` are.
"""

from __future__ import annotations

from importlib import import_module

import numpy as np

__all__ = ["SCRIPTS"]


def losses_of_training(optimizer, model, loss_of, steps=6):
    """Train `model` for some steps on the loss that `loss_of()` gives."""
    optimizer.setup(model)
    losses = []
    for _ in range(steps):
        loss = loss_of()
        model.cleargrads()
        loss.backward()
        optimizer.update()
        losses.append(float(loss.array))
    return losses


def gan(ch):
    """A generator and a discriminator of images, each with an optimizer of its own."""
    F, L, normal = ch.functions, ch.links, ch.initializers.Normal(0.1)

    class Generator(ch.Chain):
        def __init__(self):
            super().__init__()
            with self.init_scope():
                self.first = L.Linear(5, 32, initialW=normal)
                self.bn = L.BatchNormalization(8)
                self.up1 = L.Deconvolution2D(8, 4, 4, 2, 1, initialW=normal)
                self.up2 = L.Deconvolution2D(4, 1, 4, 2, 1, initialW=normal)

        def forward(self, z):
            h = F.relu(self.bn(F.reshape(self.first(z), (len(z), 8, 2, 2))))
            return F.sigmoid(self.up2(F.relu(self.up1(h))))

    class Discriminator(ch.Chain):
        def __init__(self):
            super().__init__()
            with self.init_scope():
                self.down1 = L.Convolution2D(None, 4, 4, 2, 1, initialW=normal)
                self.down2 = L.Convolution2D(4, 8, 4, 2, 1, initialW=normal)
                self.bn = L.BatchNormalization(8, use_gamma=False)
                self.out = L.Linear(None, 1, initialW=normal)

        def forward(self, x):
            h = F.leaky_relu(self.down1(x + np.random.normal(0, 0.1, x.shape).astype("f4")))
            return self.out(F.leaky_relu(self.bn(self.down2(h))))

    generator, discriminator = Generator(), Discriminator()
    of_generator = ch.optimizers.Adam(2e-3, beta1=0.5).setup(generator)
    of_discriminator = ch.optimizers.Adam(2e-3, beta1=0.5).setup(discriminator)
    of_discriminator.add_hook(ch.optimizer_hooks.WeightDecay(1e-3))
    images = np.random.rand(4, 1, 8, 8).astype("f4")
    losses = []
    for _ in range(4):
        made = generator(np.random.uniform(-1, 1, (4, 5)).astype("f4"))
        on_real, on_made = discriminator(images), discriminator(made)
        loss_d = F.mean(F.softplus(-on_real)) + F.mean(F.softplus(on_made))
        loss_g = F.mean(F.softplus(-on_made))
        discriminator.cleargrads()
        loss_d.backward()
        of_discriminator.update()
        generator.cleargrads()
        loss_g.backward()
        of_generator.update()
        losses += [float(loss_d.array), float(loss_g.array)]
    return losses


def gradient_penalty(ch):
    """A critic whose gradient's length is part of its loss: second derivatives in every step."""
    F, L = ch.functions, ch.links
    critic = ch.Sequential(L.Linear(4, 8), F.tanh, L.Linear(8, 8), F.leaky_relu, L.Linear(8, 1))
    real, made = np.random.normal(size=(2, 6, 4)).astype("f4")

    def loss_of():
        share = np.random.rand(6, 1).astype("f4")
        between = ch.Variable(share * real + (1 - share) * made)
        (slope,) = ch.grad([critic(between)], [between], enable_double_backprop=True)
        length = F.sqrt(F.batch_l2_norm_squared(slope))
        return F.mean(critic(made) - critic(real)) + 10 * F.mean_squared_error(length, np.ones(6, "f4"))

    return losses_of_training(ch.optimizers.Adam(0.01, beta1=0.0, beta2=0.9), critic, loss_of)


def translation(ch):
    """Sentences of several lengths through an encoder and a decoder of two LSTM layers."""
    F, L = ch.functions, ch.links
    model = ch.Chain(
        source=L.EmbedID(9, 6),
        target=L.EmbedID(9, 6),
        encoder=L.NStepLSTM(2, 6, 6, 0.1),
        decoder=L.NStepLSTM(2, 6, 6, 0.1),
        out=L.Linear(6, 9),
    )
    xs = [np.random.randint(1, 9, n).astype("i4") for n in (3, 5, 4)]
    ys = [np.random.randint(1, 9, n).astype("i4") for n in (4, 2, 6)]
    end = np.zeros(1, "i4")

    def loss_of():
        h, c, _ = model.encoder(None, None, [model.source(x[::-1]) for x in xs])
        given = [model.target(np.concatenate([end, y])) for y in ys]
        _, _, hs = model.decoder(h, c, given)
        wanted = np.concatenate([np.concatenate([y, end]) for y in ys])
        return F.softmax_cross_entropy(model.out(F.concat(hs, axis=0)), wanted)

    return losses_of_training(ch.optimizers.Adam(0.01), model, loss_of)


def tagger(ch):
    """Tags of words by a bidirectional GRU and a conditional random field."""
    L = ch.links
    model = ch.Chain(
        embed=L.EmbedID(10, 5), gru=L.NStepBiGRU(1, 5, 5, 0.0), score=L.Linear(10, 3), crf=L.CRF1d(3)
    )
    xs = [np.random.randint(0, 10, n).astype("i4") for n in (5, 4, 2)]
    ts = [np.random.randint(0, 3, n).astype("i4") for n in (5, 4, 2)]

    def loss_of():
        _, hs = model.gru(None, [model.embed(x) for x in xs])
        return model.crf([model.score(h) for h in hs], ts, transpose=True)

    return losses_of_training(ch.optimizers.Adam(0.05), model, loss_of)


def speech(ch):
    """Frames to shorter label sequences by connectionist temporal classification."""
    F, L = ch.functions, ch.links
    model = ch.Chain(lstm=L.NStepBiLSTM(1, 4, 5, 0.0), out=L.Linear(10, 4))
    frames = [np.random.normal(size=(7, 4)).astype("f4") for _ in range(2)]
    labels = np.array([[1, 2, 0], [3, 1, 1]], "i4")

    def loss_of():
        _, _, hs = model.lstm(None, None, frames)
        steps = list(F.transpose_sequence([model.out(h) for h in hs]))
        return F.connectionist_temporal_classification(steps, labels, 0, label_length=np.array([2, 3], "i4"))

    return losses_of_training(ch.optimizers.Adam(0.02), model, loss_of)


def attention(ch):
    """Two layers of masked self-attention over word sequences."""
    F, L = ch.functions, ch.links

    class Attention(ch.Chain):
        def __init__(self, units, heads):
            super().__init__()
            self.heads = heads
            with self.init_scope():
                self.q = L.Linear(units, units, nobias=True)
                self.k = L.Linear(units, units, nobias=True)
                self.v = L.Linear(units, units, nobias=True)
                self.norm = L.LayerNormalization(units)

        def forward(self, x):
            batch, length, units = x.shape

            def split(h):
                return F.transpose(F.reshape(h, (batch, length, self.heads, -1)), (0, 2, 1, 3))

            q, k, v = (split(link(x, n_batch_axes=2)) for link in (self.q, self.k, self.v))
            weight = F.matmul(q, k, transb=True) / np.sqrt(units // self.heads)
            seen = np.broadcast_to(np.tril(np.ones((length, length), bool)), weight.shape)
            weight = F.where(seen, weight, np.full(weight.shape, -np.inf, "f4"))
            mixed = F.matmul(F.dropout(F.softmax(weight, axis=3), 0.1), v)
            mixed = F.reshape(F.transpose(mixed, (0, 2, 1, 3)), (batch * length, units))
            return F.reshape(self.norm(mixed), x.shape) + x

    model = ch.Chain(embed=L.EmbedID(7, 8), one=Attention(8, 2), two=Attention(8, 4), out=L.Linear(8, 7))
    words = np.random.randint(0, 7, (3, 6)).astype("i4")

    def loss_of():
        h = model.out(model.two(model.one(model.embed(words))), n_batch_axes=2)
        return F.softmax_cross_entropy(F.reshape(h, (18, 7)), np.roll(words, -1, 1).ravel())

    return losses_of_training(ch.optimizers.Adam(0.01), model, loss_of)


def normalized_weights(ch):
    """Layers whose weights hooks replace: divided by their spectral norm, or standardized."""
    F, L, hooks = ch.functions, ch.links, import_module(f"{ch.__name__}.link_hooks")
    model = ch.Sequential(
        L.Convolution2D(2, 4, 3, pad=1).add_hook(hooks.WeightStandardization()),
        F.elu,
        L.Linear(64, 6).add_hook(
            hooks.SpectralNormalization(n_power_iteration=2, factor=2.0, use_gamma=True)
        ),
        F.relu,
        L.Linear(6, 2).add_hook(hooks.SpectralNormalization()),
    )
    x, t = np.random.normal(size=(5, 2, 4, 4)).astype("f4"), np.random.randint(0, 2, 5).astype("i4")
    return losses_of_training(ch.optimizers.SGD(0.02), model, lambda: F.softmax_cross_entropy(model(x), t))


SCRIPTS = {
    script.__name__: script
    for script in (
        gan,
        gradient_penalty,
        translation,
        tagger,
        speech,
        attention,
        normalized_weights,
    )
}
