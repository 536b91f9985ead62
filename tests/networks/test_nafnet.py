"""NAFNet: published counts, a straight-line copy over the authors' names, borders, its import."""

import pytest
import torch
from torch.nn import functional as F
from torch.utils.flop_counter import FlopCounterMode

from nitido.errors import SettingError, WeightsError
from nitido.networks.nafnet import NAFNet

FEATURES, ENCODER, MIDDLE, DECODER = 4, (1, 2), 1, (2, 1)
AUTHORS = {"width": 4, "enc_blk_nums": (1, 2), "middle_blk_num": 1, "dec_blk_nums": (2, 1)}
OURS = {"features": 4, "encoder_blocks": (1, 2), "middle_blocks": 1, "decoder_blocks": (2, 1)}


class AuthorsState(dict):
    """Random weights in the authors' naming."""

    def __init__(self):
        super().__init__()
        torch.manual_seed(0)
        self.conv("intro", FEATURES, 3, 3)
        self.conv("ending", 3, FEATURES, 3)
        wide = FEATURES
        for i, blocks in enumerate(ENCODER):
            for b in range(blocks):
                self.block(f"encoders.{i}.{b}", wide)
            self.conv(f"downs.{i}", 2 * wide, wide, 2)
            wide *= 2
        for b in range(MIDDLE):
            self.block(f"middle_blks.{b}", wide)
        for i, blocks in enumerate(DECODER):
            self.conv(f"ups.{i}.0", 2 * wide, wide, bias=False)
            wide //= 2
            for b in range(blocks):
                self.block(f"decoders.{i}.{b}", wide)

    def block(self, key, wide):
        for norm in ("norm1", "norm2"):
            self[f"{key}.{norm}.weight"] = torch.rand(wide) + 0.5
            self[f"{key}.{norm}.bias"] = torch.randn(wide) / 5
        self.conv(f"{key}.conv1", 2 * wide, wide)
        self.conv(f"{key}.conv2", 2 * wide, 1, 3)
        self.conv(f"{key}.sca.1", wide, wide)
        self.conv(f"{key}.conv3", wide, wide)
        self.conv(f"{key}.conv4", 2 * wide, wide)
        self.conv(f"{key}.conv5", wide, wide)
        self[f"{key}.beta"] = torch.randn(1, wide, 1, 1)
        self[f"{key}.gamma"] = torch.randn(1, wide, 1, 1)

    def conv(self, key, leaving, entering, size=1, bias=True):
        self[f"{key}.weight"] = torch.randn(leaving, entering, size, size) / entering**0.5 / size
        if bias:
            self[f"{key}.bias"] = torch.randn(leaving) / 5


@pytest.fixture(scope="module")
def state():
    return AuthorsState()


class StraightLine:
    """The same function with nothing shared but the description."""

    def __init__(self, state):
        self.state = state

    def __call__(self, lq):
        x, skips = self.conv(lq, "intro", padding=1), []
        for i, blocks in enumerate(ENCODER):
            for b in range(blocks):
                x = self.block(x, f"encoders.{i}.{b}")
            skips.append(x)
            x = self.conv(x, f"downs.{i}", stride=2)
        for b in range(MIDDLE):
            x = self.block(x, f"middle_blks.{b}")
        for i, blocks in enumerate(DECODER):
            x = F.pixel_shuffle(self.conv(x, f"ups.{i}.0"), 2) + skips[-1 - i]
            for b in range(blocks):
                x = self.block(x, f"decoders.{i}.{b}")
        return lq + self.conv(x, "ending", padding=1)

    def block(self, x, key):
        wide = x.shape[1]
        y = self.conv(self.norm(x, f"{key}.norm1"), f"{key}.conv1")
        y = self.conv(y, f"{key}.conv2", padding=1, groups=2 * wide)
        y = y[:, :wide] * y[:, wide:]
        y = y * self.conv(y.mean((2, 3), keepdim=True), f"{key}.sca.1")
        x = x + self.conv(y, f"{key}.conv3") * self.state[f"{key}.beta"]
        y = self.conv(self.norm(x, f"{key}.norm2"), f"{key}.conv4")
        y = self.conv(y[:, :wide] * y[:, wide:], f"{key}.conv5")
        return x + y * self.state[f"{key}.gamma"]

    def norm(self, x, key):
        scale, shift = self.state[f"{key}.weight"], self.state[f"{key}.bias"]
        last = F.layer_norm(x.permute(0, 2, 3, 1), scale.shape, scale, shift, eps=1e-6)
        return last.permute(0, 3, 1, 2)

    def conv(self, x, key, **how):
        return F.conv2d(x, self.state[f"{key}.weight"], self.state.get(f"{key}.bias"), **how)


@pytest.mark.parametrize(
    ("variant", "millions"),
    [
        ("nafnet_w32_sidd", 29.16),
        ("nafnet_w64_sidd", 115.98),
        ("nafnet_w32_gopro", 17.11),
        ("nafnet_w64_gopro", 67.89),
    ],
)
def test_parameters_of_the_published_code(variant, millions):
    with torch.device("meta"):
        network = NAFNet(**NAFNet.VARIANTS[variant])
    assert sum(p.numel() for p in network.parameters()) / 1e6 == pytest.approx(millions, abs=5e-3)
    assert sum(name.endswith("beta") for name, _ in network.named_parameters()) == 36  # blocks


def test_default_is_the_denoiser():
    """16.1 GMACs for a picture of 256 x 256 that is cut into tiles of 64 x 64."""
    with torch.device("meta"), FlopCounterMode(display=False) as counter:
        network = NAFNet().eval()
        network(torch.empty(1, 3, 64, 64))
    assert sum(p.numel() for p in network.parameters()) == 29_159_715
    assert counter.get_total_flops() / 2 / 64**2 == 245_725


def test_multiplications_of_a_small_one():
    with torch.device("meta"), FlopCounterMode(display=False) as counter:
        network = NAFNet(1, 8, (1, 1, 2, 2), 2, (1, 1, 1, 1)).eval()
        network(torch.empty(1, 1, 64, 64))
    assert round(counter.get_total_flops() / 2 / 64**2) == 6_400


def test_blocks_start_as_the_identity():
    network = NAFNet(**NAFNet.TINY)
    state = torch.rand(1, 4, 6, 6)
    assert torch.equal(network.encoders[0](state), state)


def test_network_has_no_activation():
    kinds = {type(m).__name__.lstrip("_") for m in NAFNet(**NAFNet.TINY).modules()}
    containers = {"NAFNet", "ModuleList", "Sequential", "Block"}
    assert kinds - containers == {"Conv2d", "LayerNorm", "SimpleGate", "PixelShuffle"}


def test_odd_sides_are_filled_with_zeros(state):
    network = NAFNet.from_authors(state)
    lq = torch.rand(1, 3, 7, 10)
    with torch.inference_mode():
        filled = network(F.pad(lq, (0, 2, 0, 1)))
        torch.testing.assert_close(network(lq), filled[..., :7, :10])
    assert network.multiple_of == 4


def test_imported_equals_straight_line(state):
    network = NAFNet.from_authors(state)
    lq = torch.rand(2, 3, 12, 20)
    with torch.inference_mode():
        torch.testing.assert_close(network(lq), StraightLine(state)(lq), rtol=1e-4, atol=1e-4)
        assert not torch.allclose(network(lq), lq, atol=0.1)


def test_names_of_the_authors_and_ours(state):
    own = NAFNet.from_authors(state, img_channel=3, **AUTHORS)
    NAFNet.from_authors(state, channels=3, **OURS)
    again = NAFNet.from_authors(own.state_dict())
    lq = torch.rand(1, 3, 8, 8)
    with torch.inference_mode():
        assert torch.equal(own(lq), again(lq))


def test_settings_that_cannot_work_are_refused():
    with pytest.raises(SettingError, match="equally long"):
        NAFNet(encoder_blocks=(1, 1, 1))
    with pytest.raises(SettingError, match="equally long"):
        NAFNet(encoder_blocks=(), decoder_blocks=())
    with pytest.raises(SettingError, match="decoder_blocks: 0 found"):
        NAFNet(features=4, encoder_blocks=(1, 1), decoder_blocks=(1, 0))


def test_contradictions_are_refused(state):
    with pytest.raises(WeightsError, match=r"encoder_blocks=\(1, 2\), but encoder_blocks=\(1, 1\)"):
        NAFNet.from_authors(state, enc_blk_nums=(1, 1))
    with pytest.raises(SettingError, match="try img_channel"):
        NAFNet.from_authors(state, img_channels=3)
    with pytest.raises(WeightsError, match=r"intro\.weight is missing"):
        NAFNet.from_authors({"model.0.weight": torch.zeros(1)})
    without = {k: v for k, v in state.items() if not k.startswith("decoders.1.")}
    with pytest.raises(WeightsError, match="blocks missing"):
        NAFNet.from_authors(without)
    with pytest.raises(WeightsError, match=r"tail\.bias is missing"):
        NAFNet.from_authors({k: v for k, v in state.items() if k != "ending.bias"})
    with pytest.raises(WeightsError, match=r"encoders\.0\.0\.se\.1\.weight is unknown"):
        NAFNet.from_authors({**state, "encoders.0.0.se.1.weight": torch.zeros(1)})
