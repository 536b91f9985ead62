"""SwinIR: known counts, windows that never join opposite borders, and a straight-line copy."""

import pytest
import torch
from torch.nn import functional as F
from torch.utils.flop_counter import FlopCounterMode

from nitido import networks
from nitido.catalog import build
from nitido.errors import SettingError, WeightsError
from nitido.networks.swinir import SwinIR

FEATURES, DEPTHS, HEADS, WINDOW, HIDDEN = 6, (2, 3), (2, 3), 3, 12


class AuthorsState(dict):
    """Random weights in the authors' naming, with the tensors that follow from the settings."""

    def __init__(self, scale=1, upsampler="", channels=3):
        super().__init__()
        torch.manual_seed(0)
        self.layer("conv_first", FEATURES, channels, 3, 3)
        for g, (depth, heads) in enumerate(zip(DEPTHS, HEADS, strict=True)):
            for i in range(depth):
                self.block(f"layers.{g}.residual_group.blocks.{i}", heads)
            self.layer(f"layers.{g}.conv", FEATURES, FEATURES, 3, 3)
        for key in ("patch_embed.norm", "norm"):
            self.layer(key, FEATURES)
        self.layer("conv_after_body", FEATURES, FEATURES, 3, 3)
        if upsampler == "pixelshuffledirect":
            self.layer("upsample.0", channels * scale**2, FEATURES, 3, 3)
        elif upsampler == "pixelshuffle":
            self.layer("conv_before_upsample.0", 64, FEATURES, 3, 3)
            for i in range(2 if scale == 4 else 1):
                self.layer(f"upsample.{2 * i}", 64 * (9 if scale == 3 else 4), 64, 3, 3)
            self.layer("conv_last", channels, 64, 3, 3)
        else:
            self.layer("conv_last", channels, FEATURES, 3, 3)

    def block(self, key, heads):
        self.layer(f"{key}.norm1", FEATURES)
        self.layer(f"{key}.norm2", FEATURES)
        self.layer(f"{key}.attn.qkv", 3 * FEATURES, FEATURES)
        self.layer(f"{key}.attn.proj", FEATURES, FEATURES)
        self.layer(f"{key}.mlp.fc1", HIDDEN, FEATURES)
        self.layer(f"{key}.mlp.fc2", FEATURES, HIDDEN)
        table = torch.randn((2 * WINDOW - 1) ** 2, heads)
        self[f"{key}.attn.relative_position_bias_table"] = table
        self[f"{key}.attn.relative_position_index"] = torch.zeros(WINDOW**2, WINDOW**2)
        self[f"{key}.attn_mask"] = torch.zeros(4, WINDOW**2, WINDOW**2)

    def layer(self, key, leaving, *entering):
        fan_in = torch.Size(entering).numel()
        self[f"{key}.weight"] = torch.randn(leaving, *entering) / fan_in**0.5
        self[f"{key}.bias"] = torch.randn(leaving) / 5


class StraightLine:
    """The same function without windows: every pixel looks at all, and most are forbidden."""

    def __init__(self, state, value_range=1.0):
        self.state, self.value_range = state, value_range

    def __call__(self, lq, scale, upsampler):
        height, width = lq.shape[2:]
        lq = torch.nn.ReflectionPad2d((0, -width % WINDOW, 0, -height % WINDOW))(lq)
        mean = torch.tensor([0.4488, 0.4371, 0.4040] if lq.shape[1] == 3 else [0.0])[:, None, None]
        given = (lq - mean) * self.value_range
        first = self.conv(given, "conv_first")
        x = self.norm(first.permute(0, 2, 3, 1), "patch_embed.norm")
        for g, depth in enumerate(DEPTHS):
            y = x
            for i in range(depth):
                y = self.block(y, f"layers.{g}.residual_group.blocks.{i}", HEADS[g], i % 2)
            x = x + self.conv(y.permute(0, 3, 1, 2), f"layers.{g}.conv").permute(0, 2, 3, 1)
        x = self.norm(x, "norm").permute(0, 3, 1, 2)
        x = first + self.conv(x, "conv_after_body")
        if upsampler == "pixelshuffledirect":
            x = F.pixel_shuffle(self.conv(x, "upsample.0"), scale)
        elif upsampler == "pixelshuffle":
            x = self.conv(x, "conv_before_upsample.0")
            x = torch.where(x > 0, x, 0.01 * x)
            x = F.pixel_shuffle(self.conv(x, "upsample.0"), 3 if scale == 3 else 2)
            if scale == 4:
                x = F.pixel_shuffle(self.conv(x, "upsample.2"), 2)
            x = self.conv(x, "conv_last")
        else:
            x = given + self.conv(x, "conv_last")
        return (x / self.value_range + mean)[..., : height * scale, : width * scale]

    def block(self, x, key, heads, odd):
        y = self.norm(x, f"{key}.norm1")
        x = x + self.attend(y, f"{key}.attn", heads, odd * (WINDOW // 2))
        y = self.linear(self.norm(x, f"{key}.norm2"), f"{key}.mlp.fc1")
        y = y * (1 + torch.erf(y / 2**0.5)) / 2
        return x + self.linear(y, f"{key}.mlp.fc2")

    def attend(self, x, key, heads, shift):
        n, height, width, _ = x.shape
        y, x_ = torch.meshgrid(torch.arange(height), torch.arange(width), indexing="ij")
        at = torch.stack([y.flatten(), x_.flatten()], 1)
        window = (at - shift).div(WINDOW, rounding_mode="floor")
        together = (window[:, None] == window[None]).all(-1)
        offset = (at[:, None] - at[None] + WINDOW - 1).clamp(0, 2 * WINDOW - 2)
        table = self.state[f"{key}.relative_position_bias_table"]
        bias = table[offset[..., 0] * (2 * WINDOW - 1) + offset[..., 1]]
        parts = self.linear(x.reshape(n, height * width, -1), f"{key}.qkv").chunk(3, dim=2)
        d, heard = FEATURES // heads, []
        for h in range(heads):
            q, k, v = (part[..., h * d : (h + 1) * d] for part in parts)
            weight = (q @ k.transpose(1, 2) / d**0.5 + bias[..., h]).exp() * together
            heard.append(weight @ v / weight.sum(-1, keepdim=True))
        return self.linear(torch.cat(heard, 2), f"{key}.proj").reshape(n, height, width, -1)

    def norm(self, x, key):
        x = x - x.mean(-1, keepdim=True)
        x = x / (x.square().mean(-1, keepdim=True) + 1e-5).sqrt()
        return x * self.state[f"{key}.weight"] + self.state[f"{key}.bias"]

    def conv(self, x, key):
        return F.conv2d(x, self.state[f"{key}.weight"], self.state[f"{key}.bias"], padding=1)

    def linear(self, x, key):
        return x @ self.state[f"{key}.weight"].T + self.state[f"{key}.bias"]


@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("swinir_light_x2", 910_152),
        ("swinir_light_x3", 918_267),
        ("swinir_light_x4", 929_628),
        ("swinir_x2", 11_752_487),
        ("swinir_x4", 11_900_199),
        ("swinir_gray", 11_497_681),
    ],
)
def test_known_parameters(name, parameters):
    with torch.device("meta"):
        network = build(networks, name)
    assert sum(p.numel() for p in network.parameters()) == parameters


@pytest.mark.parametrize(("name", "macs"), [("swinir_light_x2", 1.05), ("swinir_gray", 12.2)])
def test_multiplications_per_pixel(name, macs):
    with torch.device("meta"), FlopCounterMode(display=False) as counter:
        network = build(networks, name).eval()
        network(torch.empty(1, network.channels, 16, 16))
    assert counter.get_total_flops() / 2 / 16**2 / 1e6 == pytest.approx(macs, rel=0.005)


@pytest.mark.parametrize(
    ("upsampler", "scale"),
    [("", 1), ("pixelshuffledirect", 2), ("pixelshuffledirect", 3)]
    + [("pixelshuffle", scale) for scale in (2, 3, 4)],
)
@pytest.mark.parametrize("channels", [1, 3])
def test_imported_equals_straight_line(channels, upsampler, scale):
    state = AuthorsState(scale, upsampler, channels)
    network = SwinIR.from_authors(state)
    with torch.inference_mode():
        for height, width in ((9, 12), (8, 10)):
            lq = torch.rand(2, channels, height, width)
            expected = StraightLine(state)(lq, scale, upsampler)
            torch.testing.assert_close(network(lq), expected, rtol=1e-4, atol=1e-5)
    assert (network.scale, network.channels) == (scale, channels)


def test_the_range_of_values_inside_can_be_another():
    state = AuthorsState(channels=1)
    lq = torch.rand(1, 1, 9, 9)
    with torch.inference_mode():
        restored = SwinIR.from_authors(state, img_range=255.0)(lq)
        torch.testing.assert_close(restored, StraightLine(state, 255.0)(lq, 1, ""))
        assert not torch.allclose(restored, SwinIR.from_authors(state)(lq), atol=1e-3)


@pytest.mark.parametrize(("scale", "light"), [(1, False), (3, True), (4, False)])
def test_no_pixel_of_the_result_sees_beyond_the_radius(scale, light):
    network = SwinIR(1, 4, (2,), (2,), window=4, scale=scale, light=light).double()
    side = -(-(2 * network.radius + 4) // 4) * 4
    lq = torch.rand(1, 1, side, side, dtype=torch.float64, requires_grad=True)
    restored, reach = network(lq), 0
    for at in range(side // 2, side // 2 + 4):
        row = restored[0, 0, at * scale : (at + 1) * scale].sum()
        (gradient,) = torch.autograd.grad(row, lq, retain_graph=True)
        reach = max(reach, int((gradient[0, 0].any(1).nonzero() - at).abs().max()))
    assert reach == network.radius


def test_opposite_borders_never_meet():
    network = SwinIR(1, 4, (2,), (2,), window=4)
    side = -(-(network.radius + 1) // 4) * 4 + 4
    lq = torch.rand(1, 1, 8, side, requires_grad=True)
    (gradient,) = torch.autograd.grad(network(lq)[..., 0].sum(), lq)
    assert gradient[..., -1].eq(0).all()
    assert gradient[..., 1].ne(0).any()


def test_names_of_the_authors_and_ours():
    state = AuthorsState(2, "pixelshuffledirect")
    theirs = {"upscale": 2, "in_chans": 3, "img_size": 64, "window_size": 3, "img_range": 1.0}
    theirs |= {"depths": [2, 3], "embed_dim": 6, "num_heads": [2, 3], "mlp_ratio": 2}
    theirs |= {"upsampler": "pixelshuffledirect", "resi_connection": "1conv"}
    own = SwinIR.from_authors(state, **theirs)
    settings = {"features": 6, "depths": (2, 3), "heads": (2, 3), "window": 3, "light": True}
    again = SwinIR.from_authors(own.state_dict(), **settings, scale=2, expansion=2)
    assert again.state_dict().keys() == own.state_dict().keys()
    assert SwinIR.from_authors(AuthorsState(), upsampler="", upscale=1).scale == 1


def test_contradictions_are_refused():
    state = AuthorsState(2, "pixelshuffle")
    with pytest.raises(WeightsError, match="scale=2, but scale=4"):
        SwinIR.from_authors(state, upscale=4)
    with pytest.raises(WeightsError, match="light=False, but light=True"):
        SwinIR.from_authors(state, upsampler="pixelshuffledirect")
    with pytest.raises(WeightsError, match="window=3, but window=8"):
        SwinIR.from_authors(state, window_size=8)
    with pytest.raises(SettingError, match=r"nearest\+conv"):
        SwinIR.from_authors(state, upsampler="nearest+conv")
    with pytest.raises(SettingError, match="3conv"):
        SwinIR.from_authors(state, resi_connection="3conv")
    with pytest.raises(SettingError, match="try window"):
        SwinIR.from_authors(state, windows=3)
    with pytest.raises(WeightsError, match=r"there is no head\.weight"):
        SwinIR.from_authors({"model.0.weight": torch.zeros(1)})
    with pytest.raises(WeightsError, match=r"exit_norm\.bias is missing"):
        SwinIR.from_authors({k: v for k, v in state.items() if k != "norm.bias"})
    with pytest.raises(WeightsError, match="surplus is unknown"):
        SwinIR.from_authors({**state, "surplus": torch.zeros(1)})


@pytest.mark.parametrize(
    ("settings", "complaint"),
    [
        ({"depths": ()}, "equally long"),
        ({"heads": (2, 2, 2)}, "equally long"),
        ({"heads": (2, 3)}, "does not divide 8"),
        ({"depths": (2, 0)}, "depths: 0"),
        ({"scale": 5}, "1, 2, 3, 4 or 8"),
        ({"light": True}, "scale of 2 or more"),
        ({"value_range": 0.0}, "number above 0"),
        ({"window": 1}, "window: 1"),
    ],
)
def test_settings_that_cannot_work_are_refused(settings, complaint):
    with pytest.raises(SettingError, match=complaint):
        SwinIR(**{**SwinIR.TINY, **settings})
