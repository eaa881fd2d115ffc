"""The inception module with batch normalization."""

from __future__ import annotations

from typing import Any

from ...dtypes import get_dtype
from ...errors import NoSuchChoice, WrongValue
from ...functions.activation.relu import relu
from ...functions.array.concat import concat
from ...functions.pooling.average_pooling import average_pooling_2d
from ...functions.pooling.max_pooling import max_pooling_2d
from ...link import Chain
from ..normalization.batch_normalization import BatchNormalization
from .convolution_nd import Convolution2D

__all__ = ["InceptionBN"]


class InceptionBN(Chain):
    """Filters of 1x1, 3x3 and twice 3x3 and a pooling side by side, each normalized; their channels are put together.

    Args:
        in_channels: channels of the input; None: seen at the first call.
        out1: channels that the 1x1 filters make; 0: there are none.
        proj3, out3: to how many channels the input is reduced before the 3x3 filters, and how many these make.
        proj33, out33: likewise for the two layers of 3x3 filters.
        pooltype: `max` or `avg`.
        proj_pool: to how many channels the pooled input is brought; None: it stays as it is.
        stride: of the last filters of each branch and of the pooling.
        conv_init: fills all filters.
        dtype: of the normalization's statistics.

    Raises:
        ValueError: another `pooltype`, or `out1` with a stride, which 1x1 filters don't make.

    Reference: Ioffe and Szegedy 2015.
    """

    def __init__(
        self,
        in_channels: int | None,
        out1: int,
        proj3: int,
        out3: int,
        proj33: int,
        out33: int,
        pooltype: str,
        proj_pool: int | None = None,
        stride: int = 1,
        conv_init: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        if pooltype not in ("max", "avg"):
            raise NoSuchChoice(f'InceptionBN: pooltype must be "max" or "avg", not {pooltype!r}')
        if out1 > 0 and (stride != 1 or proj_pool is None):
            raise WrongValue(f"InceptionBN: out1={out1} goes with stride=1 and a proj_pool only")
        self.out1 = out1
        self.proj_pool = proj_pool
        self.stride = stride
        self.pooltype = pooltype

        dtype = get_dtype(dtype)

        def filters(channels: int | None, out: int, ksize: int, stride: int = 1) -> Convolution2D:
            return Convolution2D(channels, out, ksize, stride, ksize // 2, nobias=True, initialW=conv_init)

        with self.init_scope():
            self.proj3 = filters(in_channels, proj3, 1)
            self.conv3 = filters(proj3, out3, 3, stride)
            self.proj33 = filters(in_channels, proj33, 1)
            self.conv33a = filters(proj33, out33, 3)
            self.conv33b = filters(out33, out33, 3, stride)
            self.proj3n = BatchNormalization(proj3, dtype=dtype)
            self.conv3n = BatchNormalization(out3, dtype=dtype)
            self.proj33n = BatchNormalization(proj33, dtype=dtype)
            self.conv33an = BatchNormalization(out33, dtype=dtype)
            self.conv33bn = BatchNormalization(out33, dtype=dtype)
            if out1 > 0:
                self.conv1 = filters(in_channels, out1, 1)
                self.conv1n = BatchNormalization(out1, dtype=dtype)
            if proj_pool is not None:
                self.poolp = filters(in_channels, proj_pool, 1)
                self.poolpn = BatchNormalization(proj_pool, dtype=dtype)

    def forward(self, x: Any) -> Any:
        """Apply it to images x (n, in_channels, h, w)."""
        branches = []
        if self.out1 > 0:
            branches.append(relu(self.conv1n(self.conv1(x))))
        h = relu(self.proj3n(self.proj3(x)))
        branches.append(relu(self.conv3n(self.conv3(h))))
        h = relu(self.proj33n(self.proj33(x)))
        h = relu(self.conv33an(self.conv33a(h)))
        branches.append(relu(self.conv33bn(self.conv33b(h))))
        if self.pooltype == "max":
            pooled = max_pooling_2d(x, 3, stride=self.stride, pad=1, cover_all=False)
        else:
            pooled = average_pooling_2d(x, 3, stride=self.stride, pad=1)
        if self.proj_pool is not None:
            pooled = relu(self.poolpn(self.poolp(pooled)))
        return concat([*branches, pooled], axis=1)
