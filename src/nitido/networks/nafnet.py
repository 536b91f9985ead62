"""NAFNet: a U-Net of blocks without activations; products of features take their place.

Chen, Chu, Zhang, Sun: "Simple Baselines for Image Restoration", ECCV 2022, arXiv 2204.04676. U-Net
architecture: section 3.1; the block, layer normalization included: sections 3.2 and 3.3; simple
gate and simplified channel attention: section 4. What the text leaves open follows the authors'
published code, and so do the two scales per block that start at zero: with them every block starts
as the identity. The paper trains widths of 32 and 64 with 36 blocks, which it spreads in one way
for denoising (SIDD) and in another for deblurring (GoPro, REDS).

**Departure from the paper:** none in the network. The paper's deblurring results were measured with
local means at test time (TLC, another paper); here channel attention always averages over the
picture or tile it is given.
"""

from collections.abc import Mapping
from typing import Any, ClassVar, Self

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from nitido.errors import SettingError, WeightsError
from nitido.networks._blocks import agreed, count, load, own_names, renamed, whole

_OWN = {
    **{name: name for name in ("channels", "features")},
    **{name: name for name in ("encoder_blocks", "middle_blocks", "decoder_blocks")},
    "img_channel": "channels",
    "width": "features",
    "enc_blk_nums": "encoder_blocks",
    "middle_blk_num": "middle_blocks",
    "dec_blk_nums": "decoder_blocks",
}
_EPS = 1e-6
_GOPRO = {"encoder_blocks": (1, 1, 1, 28), "middle_blocks": 1, "decoder_blocks": (1, 1, 1, 1)}


class NAFNet(nn.Module):
    """Predict a residual with a U-Net of nonlinear-activation-free blocks.

    Parameters
    ----------
    channels : int
        Bands of the picture.
    features : int
        Width at full resolution; it doubles wherever the resolution halves.
    encoder_blocks : (int, ...)
        Blocks per resolution on the way down, the finest first.
    middle_blocks : int
        Blocks at the coarsest resolution.
    decoder_blocks : (int, ...)
        Blocks per resolution on the way up, the coarsest first; as many entries as
        `encoder_blocks`.

    Raises
    ------
    SettingError
        If a number is too small, or the two ways differ in length.
    """

    TINY: ClassVar[dict[str, Any]] = {
        "features": 4,
        "encoder_blocks": (1, 1),
        "middle_blocks": 1,
        "decoder_blocks": (1, 1),
    }
    VARIANTS: ClassVar[dict[str, dict[str, Any]]] = {
        "nafnet_w32_sidd": {"features": 32},
        "nafnet_w64_sidd": {"features": 64},
        "nafnet_w32_gopro": {"features": 32, **_GOPRO},
        "nafnet_w64_gopro": {"features": 64, **_GOPRO},
        "nafnet_w64_reds": {"features": 64, **_GOPRO},
    }
    scale = 1
    multiple_of: int
    radius = None  # attention weighs channels by their mean over the whole picture
    channels: int

    def __init__(
        self,
        channels: int = 3,
        features: int = 32,
        encoder_blocks: tuple[int, ...] = (2, 2, 4, 8),
        middle_blocks: int = 12,
        decoder_blocks: tuple[int, ...] = (2, 2, 2, 2),
    ) -> None:
        super().__init__()
        self.channels = whole("channels", channels)
        self.features = whole("features", features)
        self.middle_blocks = whole("middle_blocks", middle_blocks)
        self.encoder_blocks, self.decoder_blocks = encoder_blocks, decoder_blocks
        if len(encoder_blocks) != len(decoder_blocks) or not encoder_blocks:
            raise SettingError(
                f"encoder_blocks {encoder_blocks} and decoder_blocks {decoder_blocks} must be "
                "equally long."
            )
        for down, up in zip(encoder_blocks, decoder_blocks, strict=True):
            whole("encoder_blocks", down)
            whole("decoder_blocks", up)
        self.multiple_of = 2 ** len(encoder_blocks)
        *widths, coarsest = [features * 2**i for i in range(len(encoder_blocks) + 1)]
        self.head = nn.Conv2d(channels, features, 3, padding=1)
        self.encoders = nn.ModuleList(
            _stack(w, n) for w, n in zip(widths, encoder_blocks, strict=True)
        )
        self.downs = nn.ModuleList(nn.Conv2d(w, 2 * w, 2, 2) for w in widths)
        self.middle = _stack(coarsest, middle_blocks)
        widths.reverse()
        self.ups = nn.ModuleList(
            nn.Sequential(nn.Conv2d(2 * w, 4 * w, 1, bias=False), nn.PixelShuffle(2))
            for w in widths
        )
        self.decoders = nn.ModuleList(
            _stack(w, n) for w, n in zip(widths, decoder_blocks, strict=True)
        )
        self.tail = nn.Conv2d(features, channels, 3, padding=1)

    def forward(self, lq: Tensor) -> Tensor:
        """Return `restored`, (N, C, H, W); it may leave 0..1.

        Parameters
        ----------
        lq : Tensor
            (N, C, H, W); a side that is no multiple of `multiple_of` is made one by zeros.
        """
        height, width = lq.shape[2:]
        below, right = -height % self.multiple_of, -width % self.multiple_of
        if below or right:
            lq = F.pad(lq, (0, right, 0, below))
        state = self.head(lq)
        skips = []
        for blocks, down in zip(self.encoders, self.downs, strict=True):
            state = blocks(state)
            skips.append(state)
            state = down(state)
        state = self.middle(state)
        for up, blocks in zip(self.ups, self.decoders, strict=True):
            state = blocks(up(state) + skips.pop())
        residual: Tensor = self.tail(state)
        return (lq + residual)[..., :height, :width]

    @classmethod
    def from_authors(cls, state: Mapping[str, Tensor], **settings: Any) -> Self:  # noqa: ANN401
        """Build from the authors' state dict.

        Parameters
        ----------
        state : mapping of str to Tensor
            The authors' tensors, or ours.
        **settings
            Our names, or `img_channel`, `width`, `enc_blk_nums`, `middle_blk_num`, `dec_blk_nums`.
            What is left out is read off the tensors.

        Raises
        ------
        SettingError
            If a setting is unknown.
        WeightsError
            If the tensors contradict a setting, or are not those of a NAFNet.
        """
        asked = own_names(settings, _OWN)
        own = renamed(state, _RENAMED)
        head = own.get("head.weight")
        if head is None or head.ndim != 4:
            raise WeightsError(
                f"No NAFNet in the {len(state)} tensors found: intro.weight is missing; "
                "check the network's name."
            )
        levels = range(count(own, r"downs\.(\d+)\."))
        encoder = tuple(count(own, rf"encoders\.{i}\.(\d+)\.") for i in levels)
        decoder = tuple(count(own, rf"decoders\.{i}\.(\d+)\.") for i in levels)
        middle = count(own, r"middle\.(\d+)\.")
        if 0 in (len(levels), middle, *encoder, *decoder):
            raise WeightsError(
                f"No whole NAFNet in the {len(state)} tensors found: there are blocks missing; "
                "check the file."
            )
        found = {
            "channels": head.shape[1],
            "features": head.shape[0],
            "encoder_blocks": encoder,
            "middle_blocks": middle,
            "decoder_blocks": decoder,
        }
        return load(cls(**agreed(found, asked)), own)


class _Block(nn.Module):
    """Nonlinear-activation-free block: a spatial half and a pointwise half, each added."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.spatial_norm = _LayerNorm(width)
        self.spatial = nn.Sequential(
            nn.Conv2d(width, 2 * width, 1),
            nn.Conv2d(2 * width, 2 * width, 3, padding=1, groups=2 * width),
            _SimpleGate(),
        )
        self.attention = nn.Conv2d(width, width, 1)
        self.merge = nn.Conv2d(width, width, 1)
        self.pointwise_norm = _LayerNorm(width)
        self.pointwise = nn.Sequential(
            nn.Conv2d(width, 2 * width, 1), _SimpleGate(), nn.Conv2d(width, width, 1)
        )
        self.beta = nn.Parameter(torch.zeros(1, width, 1, 1))
        self.gamma = nn.Parameter(torch.zeros(1, width, 1, 1))

    def forward(self, entry: Tensor) -> Tensor:
        gated = self.spatial(self.spatial_norm(entry))
        # Simplified channel attention: a linear map of the channels' means, nothing else.
        weights = self.attention(gated.mean((2, 3), keepdim=True))
        state: Tensor = entry + self.beta * self.merge(gated * weights)
        change: Tensor = self.pointwise(self.pointwise_norm(state))
        return state + self.gamma * change


class _SimpleGate(nn.Module):
    """One half of the channels times the other."""

    def forward(self, state: Tensor) -> Tensor:
        first, second = state.chunk(2, dim=1)
        return first * second


class _LayerNorm(nn.Module):
    """Layer normalization over the channels of each pixel."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))
        self.bias = nn.Parameter(torch.zeros(width))

    def forward(self, state: Tensor) -> Tensor:
        centered = state - state.mean(1, keepdim=True)
        spread = (centered.square().mean(1, keepdim=True) + _EPS).sqrt()
        return centered / spread * self.weight[:, None, None] + self.bias[:, None, None]


def _stack(width: int, blocks: int) -> nn.Sequential:
    return nn.Sequential(*(_Block(width) for _ in range(blocks)))


_RENAMED = [
    (r"^intro\.", "head."),
    (r"^ending\.", "tail."),
    (r"^middle_blks\.", "middle."),
    (r"\.norm1\.", ".spatial_norm."),
    (r"\.norm2\.", ".pointwise_norm."),
    (r"\.conv1\.", ".spatial.0."),
    (r"\.conv2\.", ".spatial.1."),
    (r"\.sca\.1\.", ".attention."),
    (r"\.conv3\.", ".merge."),
    (r"\.conv4\.", ".pointwise.0."),
    (r"\.conv5\.", ".pointwise.2."),
]

PUBLIC = NAFNet
