"""MIRNet-v2: published counts, a straight-line copy over the authors' names, and its import."""

import pytest
import torch
from torch.nn import functional as F
from torch.utils.flop_counter import FlopCounterMode

from nitido.errors import SettingError, WeightsError
from nitido.networks.mirnet_v2 import MIRNetV2

TOP, MIDDLE, BOTTOM = 8, 12, 18
SPLITS, BLOCKS = (1, 2), 2


class AuthorsState(dict):
    """Random weights in the authors' naming."""

    def __init__(self):
        super().__init__()
        torch.manual_seed(0)
        self.conv("conv_in", TOP, 3, 3)
        self.conv("conv_out", 3, TOP, 3)
        for g, split in enumerate(SPLITS):
            self.conv(f"body.{g}.body.{BLOCKS}", TOP, TOP, 3)
            for b in range(BLOCKS):
                self.block(f"body.{g}.body.{b}", split)

    def block(self, block, split):
        for name, width in (("top", TOP), ("mid", MIDDLE), ("bot", BOTTOM)):
            self.conv(f"{block}.dau_{name}.body.0", width, width // split, 3)
            self.conv(f"{block}.dau_{name}.body.2", width, width // split, 3)
            self.conv(f"{block}.dau_{name}.gcnet.conv_mask", 1, width)
            self.conv(f"{block}.dau_{name}.gcnet.channel_add_conv.0", width, width)
            self.conv(f"{block}.dau_{name}.gcnet.channel_add_conv.2", width, width)
        self.conv(f"{block}.down2.body.0.bot.1", MIDDLE, TOP)
        self.conv(f"{block}.down4.0.body.0.bot.1", MIDDLE, TOP)
        self.conv(f"{block}.down4.1.body.0.bot.1", BOTTOM, MIDDLE)
        for turn in (1, 2):
            self.conv(f"{block}.up21_{turn}.body.0.bot.0", TOP, MIDDLE)
            self.conv(f"{block}.up32_{turn}.body.0.bot.0", MIDDLE, BOTTOM)
        for name, width in (("top", TOP), ("mid", MIDDLE)):
            self.conv(f"{block}.skff_{name}.conv_du.0", 4, width)
            self.conv(f"{block}.skff_{name}.fcs.0", width, 4)
            self.conv(f"{block}.skff_{name}.fcs.1", width, 4)
        self.conv(f"{block}.conv_out", TOP, TOP)

    def conv(self, key, leaving, entering, size=1):
        self[f"{key}.weight"] = torch.randn(leaving, entering, size, size) / entering**0.5 / size


@pytest.fixture(scope="module")
def state():
    return AuthorsState()


class StraightLine:
    """The same function with nothing shared but the description."""

    def __init__(self, state):
        self.state = state

    def __call__(self, lq):
        x = self.conv(lq, "conv_in")
        for g, split in enumerate(SPLITS):
            y = x
            for b in range(BLOCKS):
                y = self.multi_scale(y, f"body.{g}.body.{b}", split)
            x = x + self.conv(y, f"body.{g}.body.{BLOCKS}")
        return lq + self.conv(x, "conv_out")

    def multi_scale(self, x, key, split):
        a, b = x, self.down(x, f"{key}.down2")
        c = self.down(self.down(x, f"{key}.down4.0"), f"{key}.down4.1")
        for turn in (1, 2):
            a = self.contextual(a, f"{key}.dau_top", split)
            b = self.contextual(b, f"{key}.dau_mid", split)
            c = self.contextual(c, f"{key}.dau_bot", split)
            b = self.fuse(b, self.up(c, f"{key}.up32_{turn}"), f"{key}.skff_mid")
            a = self.fuse(a, self.up(b, f"{key}.up21_{turn}"), f"{key}.skff_top")
        return x + self.conv(a, f"{key}.conv_out")

    def contextual(self, x, key, split):
        y = leaky(self.conv(x, f"{key}.body.0", split))
        y = self.conv(y, f"{key}.body.2", split)
        weight = self.conv(y, f"{key}.gcnet.conv_mask").exp()
        mean = (y * weight).sum((2, 3), keepdim=True) / weight.sum((2, 3), keepdim=True)
        term = leaky(self.conv(mean, f"{key}.gcnet.channel_add_conv.0"))
        return x + leaky(y + self.conv(term, f"{key}.gcnet.channel_add_conv.2"))

    def fuse(self, a, b, key):
        mean = leaky(self.conv((a + b).mean((2, 3), keepdim=True), f"{key}.conv_du.0"))
        share = torch.sigmoid(self.conv(mean, f"{key}.fcs.0") - self.conv(mean, f"{key}.fcs.1"))
        return a * share + b * (1 - share)

    def down(self, x, key):
        x = (x[..., ::2, :] + x[..., 1::2, :]) / 2
        return self.conv((x[..., ::2] + x[..., 1::2]) / 2, f"{key}.body.0.bot.1")

    def up(self, x, key):
        x = self.conv(x, f"{key}.body.0.bot.0")
        return F.interpolate(x, scale_factor=2, mode="bilinear", align_corners=False)

    def conv(self, x, key, split=1):
        weight = self.state[f"{key}.weight"]
        return F.conv2d(x, weight, padding=weight.shape[-1] // 2, groups=split)


def leaky(x):
    return torch.where(x > 0, x, x / 5)


def test_parameters_of_the_published_code():
    with torch.device("meta"):
        network = MIRNetV2()
    assert sum(p.numel() for p in network.parameters()) == 5_858_560


def test_multiplications_per_pixel():
    with torch.device("meta"), FlopCounterMode(display=False) as counter:
        MIRNetV2().eval()(torch.empty(1, 3, 256, 256))
    assert counter.get_total_flops() / 2 / 256**2 / 1e6 == pytest.approx(2.131, abs=1e-3)


def test_groups_split_their_convolutions():
    with torch.device("meta"):
        network = MIRNetV2()
    widths = {m.out_channels for m in network.trunk[0].blocks[0].refine.modules() if conv3(m)}
    assert widths == {80, 120, 180}
    splits = [{m.groups for m in group.modules() if conv3(m)} for group in network.trunk]
    assert splits == [{1}, {1, 2}, {1, 4}, {1, 4}]  # the convolution after the blocks is whole


def conv3(module):
    return isinstance(module, torch.nn.Conv2d) and module.kernel_size == (3, 3)


def test_coarse_streams_learn_nothing_from_finer_ones():
    """What flows is upwards only: after the entry, the finest stream cannot change the others."""
    torch.manual_seed(0)
    network = MIRNetV2(**MIRNetV2.TINY).eval()
    seen = []
    block = network.trunk[0].blocks[0]
    for refine in block.refine:
        refine.register_forward_hook(lambda m, given, out: seen.append(out))
    lq = torch.rand(1, 3, 8, 8)
    with torch.inference_mode():
        network(lq)
        before = list(seen)
        seen.clear()
        block.refine[0].second.weight.mul_(3)
        network(lq)
    changed = [not torch.equal(a, b) for a, b in zip(before, seen, strict=True)]
    assert changed == [True, False, False, True, False, False]


def test_imported_equals_straight_line(state):
    network = MIRNetV2.from_authors(state)
    lq = torch.rand(2, 3, 12, 20)
    with torch.inference_mode():
        torch.testing.assert_close(network(lq), StraightLine(state)(lq), rtol=1e-4, atol=1e-4)
        assert not torch.allclose(network(lq), lq, atol=0.1)


def test_names_of_the_authors_and_ours(state):
    idle = {"n_RRG": 4, "height": 3, "width": 2, "scale": 4}  # their constructor ignores them
    own = MIRNetV2.from_authors(state, inp_channels=3, n_feat=8, chan_factor=1.5, n_MRB=2, **idle)
    MIRNetV2.from_authors(state, channels=3, features=8, growth=1.5, splits=(1, 2), blocks=2)
    again = MIRNetV2.from_authors(own.state_dict())
    lq = torch.rand(1, 3, 8, 8)
    with torch.inference_mode():
        assert torch.equal(own(lq), again(lq))


def test_settings_that_cannot_work_are_refused():
    with pytest.raises(SettingError, match=r"splits: 5 found.*\(8, 12, 18\)"):
        MIRNetV2(features=8, splits=(1, 5))
    with pytest.raises(SettingError, match="splits: empty"):
        MIRNetV2(splits=())
    with pytest.raises(SettingError, match="splits: 0 found"):
        MIRNetV2(splits=(0,))
    with pytest.raises(SettingError, match=r"growth: 0\.1 found"):
        MIRNetV2(growth=0.1, features=8)


def test_contradictions_are_refused(state):
    with pytest.raises(WeightsError, match="blocks=2, but blocks=3"):
        MIRNetV2.from_authors(state, n_MRB=3)
    with pytest.raises(WeightsError, match=r"splits=\(1, 2\), but splits=\(1, 2, 4, 4\)"):
        MIRNetV2.from_authors(state, splits=(1, 2, 4, 4))
    with pytest.raises(WeightsError, match=r"\(4, 12, 1, 1\) instead of \(4, 16, 1, 1\)"):
        MIRNetV2.from_authors(state, chan_factor=2)
    with pytest.raises(SettingError, match="both 6 and 3"):
        MIRNetV2.from_authors(state, inp_channels=6, out_channels=3)
    with pytest.raises(SettingError, match="try n_feat"):
        MIRNetV2.from_authors(state, n_feats=8)
    with pytest.raises(WeightsError, match=r"No MIRNet-v2 in the 1 tensors found: conv_in\.weight"):
        MIRNetV2.from_authors({"model.0.weight": torch.zeros(1)})
    with pytest.raises(WeightsError, match=r"tail\.weight is missing"):
        MIRNetV2.from_authors({k: v for k, v in state.items() if k != "conv_out.weight"})
    with pytest.raises(WeightsError, match="surplus is unknown"):
        MIRNetV2.from_authors({**state, "surplus": torch.zeros(1)})
