"""MIRNet: the published count, a straight-line copy over the authors' names, and its import."""

import pytest
import torch
from torch.nn import functional as F
from torch.utils.flop_counter import FlopCounterMode

from nitido.errors import SettingError, WeightsError
from nitido.networks.mirnet import MIRNet

FEATURES, GROUPS, BLOCKS, STREAMS, COLUMNS = 8, 2, 2, 3, 2


class AuthorsState(dict):
    """Random weights in the authors' naming, every tensor repeated as often as they repeat it."""

    def __init__(self):
        super().__init__()
        torch.manual_seed(0)
        self.conv("conv_in", FEATURES, 3, 3)
        self.conv("conv_out", 3, FEATURES, 3)
        for g in range(GROUPS):
            self.conv(f"body.{g}.body.{BLOCKS}", FEATURES, FEATURES, 3)
            for b in range(BLOCKS):
                self.block(f"body.{g}.body.{b}")

    def block(self, block):
        widths = [FEATURES * 2**j for j in range(STREAMS)]
        self.conv(f"{block}.conv_out", FEATURES, FEATURES, 3)
        for j, width in enumerate(widths):
            self.attention(f"{block}.blocks.{j}", width)
            self.fusion(f"{block}.selective_kernel.{j}", width, max(width // 8, 4))
            for k in range(j):
                self.down(f"{block}.down.{widths[k]}_{2 ** (j - k)}", widths[k], j - k)
                self.up(f"{block}.up.{width}_{2 ** (j - k)}", width, j - k)
            if j:
                self.up(f"{block}.last_up.{j}", width, j)

    def attention(self, key, width):
        first = f"{key}.0"
        self.conv(f"{first}.body.0", width, width, 3)
        self[f"{first}.body.1.weight"] = torch.tensor([0.3])
        self.conv(f"{first}.body.2", width, width, 3)
        self.conv(f"{first}.SA.spatial.conv", 1, 2, 5)
        self.conv(f"{first}.CA.conv_du.0", width // 8, width)
        self.conv(f"{first}.CA.conv_du.2", width, width // 8)
        self.conv(f"{first}.conv1x1", width, 2 * width)
        for name in [name for name in self if name.startswith(f"{first}.")]:
            for column in range(1, COLUMNS):
                self[name.replace(first, f"{key}.{column}")] = self[name]

    def fusion(self, key, width, narrow):
        self.conv(f"{key}.conv_du.0", narrow, width)
        self.slope(f"{key}.conv_du.1")
        for i in range(STREAMS):
            self.conv(f"{key}.fcs.{i}", width, narrow)

    def down(self, key, width, times):
        blur = torch.tensor([0.25, 0.5, 0.25])
        for i in range(times):
            top, bottom = f"{key}.body.{i}.top", f"{key}.body.{i}.bot"
            self.start(top, width)
            filt = torch.outer(blur, blur).repeat(width, 1, 1, 1)
            self[f"{top}.4.filt"] = self[f"{bottom}.0.filt"] = filt
            self.conv(f"{top}.5", 2 * width, width)
            self.conv(f"{bottom}.1", 2 * width, width)
            width *= 2

    def up(self, key, width, times):
        for i in range(times):
            self.start(f"{key}.body.{i}.top", width)
            self.conv(f"{key}.body.{i}.top.4", width // 2, width)
            self.conv(f"{key}.body.{i}.bot.1", width // 2, width)
            width //= 2

    def start(self, top, width):
        self.conv(f"{top}.0", width, width)
        self.slope(f"{top}.1")
        self.conv(f"{top}.2", width, width, 3)
        self.slope(f"{top}.3")

    def conv(self, key, leaving, entering, size=1):
        self[f"{key}.weight"] = torch.randn(leaving, entering, size, size) / entering**0.5 / size

    def slope(self, key):
        self[f"{key}.weight"] = torch.rand(1) / 2


@pytest.fixture(scope="module")
def state():
    return AuthorsState()


class StraightLine:
    """The same function for three streams and two columns, with nothing shared but the text."""

    def __init__(self, state):
        self.state = state

    def __call__(self, lq):
        x = self.conv(lq, "conv_in", 1)
        for g in range(GROUPS):
            y = x
            for b in range(BLOCKS):
                y = self.multi_scale(y, f"body.{g}.body.{b}")
            x = x + self.conv(y, f"body.{g}.body.{BLOCKS}", 1)
        return lq + self.conv(x, "conv_out", 1)

    def multi_scale(self, x, key):
        f, g, h = FEATURES, FEATURES * 2, FEATURES * 4
        down, up, attend, fuse = self.down, self.up, self.attend, self.fuse
        a = attend(x, f"{key}.blocks.0.0")
        b = attend(down(a, f"{key}.down.{f}_2", 1), f"{key}.blocks.1.0")
        c = attend(down(b, f"{key}.down.{g}_2", 1), f"{key}.blocks.2.0")
        full = [a, up(b, f"{key}.up.{g}_2", 1), up(c, f"{key}.up.{h}_4", 2)]
        half = [down(a, f"{key}.down.{f}_2", 1), b, up(c, f"{key}.up.{h}_2", 1)]
        quarter = [down(a, f"{key}.down.{f}_4", 2), down(b, f"{key}.down.{g}_2", 1), c]
        a = attend(fuse(full, f"{key}.selective_kernel.0"), f"{key}.blocks.0.1")
        b = attend(fuse(half, f"{key}.selective_kernel.1"), f"{key}.blocks.1.1")
        c = attend(fuse(quarter, f"{key}.selective_kernel.2"), f"{key}.blocks.2.1")
        last = [a, up(b, f"{key}.last_up.1", 1), up(c, f"{key}.last_up.2", 2)]
        return x + self.conv(fuse(last, f"{key}.selective_kernel.0"), f"{key}.conv_out", 1)

    def attend(self, x, key):
        y = self.prelu(self.conv(x, f"{key}.body.0", 1), f"{key}.body.1")
        y = self.conv(y, f"{key}.body.2", 1)
        maps = torch.cat([y.max(1, keepdim=True)[0], y.mean(1, keepdim=True)], 1)
        spatial = y * torch.sigmoid(self.conv(maps, f"{key}.SA.spatial.conv", 2))
        mean = self.conv(y.mean((2, 3), keepdim=True), f"{key}.CA.conv_du.0").clamp(min=0)
        channel = y * torch.sigmoid(self.conv(mean, f"{key}.CA.conv_du.2"))
        return x + self.conv(torch.cat([spatial, channel], 1), f"{key}.conv1x1")

    def fuse(self, parts, key):
        mean = sum(parts).mean((2, 3), keepdim=True)
        mean = self.prelu(self.conv(mean, f"{key}.conv_du.0"), f"{key}.conv_du.1")
        scores = [self.conv(mean, f"{key}.fcs.{i}").exp() for i in range(3)]
        return sum(p * s / sum(scores) for p, s in zip(parts, scores, strict=True))

    def down(self, x, key, times):
        for i in range(times):
            top, bottom = f"{key}.body.{i}.top", f"{key}.body.{i}.bot"
            y = self.prelu(self.conv(x, f"{top}.0"), f"{top}.1")
            y = self.blur(self.prelu(self.conv(y, f"{top}.2", 1), f"{top}.3"))
            x = self.conv(y, f"{top}.5") + self.conv(self.blur(x), f"{bottom}.1")
        return x

    def up(self, x, key, times):
        for i in range(times):
            top, bottom = f"{key}.body.{i}.top", f"{key}.body.{i}.bot"
            y = self.prelu(self.conv(x, f"{top}.0"), f"{top}.1")
            y = F.conv_transpose2d(y, self.state[f"{top}.2.weight"], None, 2, 1, 1)
            y = self.conv(self.prelu(y, f"{top}.3"), f"{top}.4")
            wide = F.interpolate(x, scale_factor=2, mode="bilinear", align_corners=False)
            x = y + self.conv(wide, f"{bottom}.1")
        return x

    @staticmethod
    def blur(x):
        x = torch.nn.ReflectionPad2d(1)(x)
        x = (x[..., :-2, :] + 2 * x[..., 1:-1, :] + x[..., 2:, :]) / 4
        x = (x[..., :-2] + 2 * x[..., 1:-1] + x[..., 2:]) / 4
        return x[..., ::2, ::2]

    def conv(self, x, key, pad=0):
        return F.conv2d(x, self.state[f"{key}.weight"], padding=pad)

    def prelu(self, x, key):
        return torch.where(x > 0, x, x * self.state[f"{key}.weight"])


def test_parameters_of_the_published_code():
    with torch.device("meta"):
        network = MIRNet()
    assert sum(p.numel() for p in network.parameters()) == 31_787_419


def test_multiplications_per_pixel():
    with torch.device("meta"), FlopCounterMode(display=False) as counter:
        MIRNet().eval()(torch.empty(1, 3, 64, 64))
    assert counter.get_total_flops() / 2 / 64**2 / 1e6 == pytest.approx(7.32, abs=0.03)


def test_one_slope_serves_all_attention_units():
    keys = [key for key in MIRNet(**MIRNet.TINY).state_dict() if "activation" in key]
    assert keys == ["activation.weight"]


def test_imported_equals_straight_line(state):
    network = MIRNet.from_authors(state)
    lq = torch.rand(2, 3, 12, 20)
    with torch.inference_mode():
        torch.testing.assert_close(network(lq), StraightLine(state)(lq), rtol=1e-4, atol=1e-4)
        assert not torch.allclose(network(lq), lq, atol=0.1)


def test_names_of_the_authors_and_ours(state):
    own = MIRNet.from_authors(state, n_feat=8, n_RRG=2, n_MSRB=2, height=3, width=2)
    same = {"features": 8, "groups": 2, "blocks": 2, "streams": 3, "columns": 2, "channels": 3}
    MIRNet.from_authors(state, **same)
    again = MIRNet.from_authors(own.state_dict(), n_feat=8, n_RRG=2, n_MSRB=2)
    lq = torch.rand(1, 3, 8, 8)
    with torch.inference_mode():
        assert torch.equal(own(lq), again(lq))


@pytest.mark.parametrize("streams", [2, 4])
def test_other_numbers_of_streams(streams):
    network = MIRNet(features=8, groups=1, blocks=1, streams=streams, columns=3)
    assert network.multiple_of == 2 ** (streams - 1)
    side = 3 * network.multiple_of
    assert network(torch.rand(1, 3, side, side)).shape == (1, 3, side, side)


@pytest.mark.parametrize(("streams", "columns"), [(1, 1), (1, 2), (3, 1)])
def test_grids_of_the_ablation(streams, columns):
    network = MIRNet(features=8, groups=1, blocks=1, streams=streams, columns=columns)
    network(torch.rand(1, 3, 8, 8)).sum().backward()
    assert all(p.grad is not None for p in network.parameters())


def weights_of(**parts):
    return sum(p.numel() for p in MIRNet(features=8, groups=1, blocks=1, **parts).parameters())


def test_parts_can_be_taken_away():
    """Three streams of 8, 16 and 32 features, one unit and one fusion each."""
    merging = sum(2 * w * w for w in (8, 16, 32))
    looking = 3 * 2 * 25
    choosing = sum(2 * w * (w // 8) for w in (8, 16, 32))
    assert weights_of() - weights_of(attention="none") == merging + looking + choosing
    assert weights_of() - weights_of(attention="channel") == merging + looking
    assert weights_of() - weights_of(attention="spatial") == merging + choosing
    selecting = sum(4 * w * 4 + 1 for w in (8, 16, 32))
    assert weights_of() - weights_of(fusion="sum") == selecting
    assert weights_of(fusion="concat") - weights_of(fusion="sum") == sum(
        3 * w * w for w in (8, 16, 32)
    )
    with pytest.raises(SettingError, match="fusion: 'mean' found; give selective, sum or concat"):
        MIRNet(fusion="mean")


def test_without_skips_only_the_picture_is_added():
    network = MIRNet(features=8, groups=1, blocks=1, skips=False)
    with torch.no_grad():
        network.trunk[0].blocks[0].tail.weight.zero_()
    lq = torch.rand(1, 3, 8, 8)
    assert torch.equal(network(lq), lq)


def test_contradictions_are_refused(state):
    with pytest.raises(WeightsError, match="groups=2, but groups=3"):
        MIRNet.from_authors(state, n_RRG=3)
    with pytest.raises(SettingError, match="try n_feat"):
        MIRNet.from_authors(state, n_feats=8)
    with pytest.raises(WeightsError, match=r"conv_in\.weight is missing"):
        MIRNet.from_authors({"model.0.weight": torch.zeros(1)})
    with pytest.raises(WeightsError, match="blocks missing"):
        MIRNet.from_authors({"conv_in.weight": state["conv_in.weight"]})
    with pytest.raises(WeightsError, match=r"tail\.weight is missing"):
        MIRNet.from_authors({k: v for k, v in state.items() if k != "conv_out.weight"})
    with pytest.raises(WeightsError, match="surplus is unknown"):
        MIRNet.from_authors({**state, "surplus": torch.zeros(1)})


def test_variants_without_sharing_are_refused(state):
    second_column = "body.0.body.0.blocks.0.1.body.0.weight"
    with pytest.raises(WeightsError, match="without sharing"):
        MIRNet.from_authors({**state, second_column: state[second_column] + 1})


def test_another_blur_is_refused(state):
    key = next(key for key in state if key.endswith(".filt"))
    with pytest.raises(WeightsError, match="binomial"):
        MIRNet.from_authors({**state, key: state[key].roll(1, -1)})
