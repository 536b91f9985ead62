"""Restormer: published counts, a straight-line copy over the authors' names, and its import."""

import pytest
import torch
from torch.nn import functional as F
from torch.utils.flop_counter import FlopCounterMode

from nitido.errors import SettingError, WeightsError
from nitido.networks.restormer import Restormer

FEATURES, DEPTHS, HEADS, REFINEMENT = 4, (1, 2, 1), (1, 2, 4), 2
LEVELS = len(DEPTHS)
AUTHORS = {"dim": 4, "num_blocks": DEPTHS, "num_refinement_blocks": 2, "heads": HEADS}
OURS = {"features": 4, "blocks": DEPTHS, "refinement": 2, "heads": HEADS}


class AuthorsState(dict):
    """Random weights in the authors' naming, with as many levels as `DEPTHS`."""

    def __init__(self, norm_bias=True, bias=False):
        super().__init__()
        torch.manual_seed(0)
        self.norm_bias, self.bias = norm_bias, bias
        self.conv("patch_embed.proj", FEATURES, 3, 3)
        self.conv("output", 3, 2 * FEATURES, 3, bias)
        for i in range(LEVELS - 1):
            w, level = FEATURES * 2**i, i + 1
            self.stack(f"encoder_level{level}", w, i, DEPTHS[i])
            self.conv(f"down{level}_{level + 1}.body.0", w // 2, w, 3)
            self.conv(f"up{level + 1}_{level}.body.0", 4 * w, 2 * w, 3)
            if i:
                self.conv(f"reduce_chan_level{level}", w, 2 * w, 1, bias)
            self.stack(f"decoder_level{level}", w if i else 2 * w, i, DEPTHS[i])
        self.stack("latent", FEATURES * 2 ** (LEVELS - 1), LEVELS - 1, DEPTHS[-1])
        self.stack("refinement", 2 * FEATURES, 0, REFINEMENT)

    def stack(self, key, width, level, blocks):
        hidden = int(width * 2.66)
        for b in range(blocks):
            block = f"{key}.{b}"
            for norm in ("norm1", "norm2"):
                self[f"{block}.{norm}.body.weight"] = torch.rand(width) + 0.5
                if self.norm_bias:
                    self[f"{block}.{norm}.body.bias"] = torch.randn(width) / 5
            self[f"{block}.attn.temperature"] = torch.rand(HEADS[level], 1, 1) * 3
            self.conv(f"{block}.attn.qkv", 3 * width, width, 1, self.bias)
            self.conv(f"{block}.attn.qkv_dwconv", 3 * width, 1, 3, self.bias)
            self.conv(f"{block}.attn.project_out", width, width, 1, self.bias)
            self.conv(f"{block}.ffn.project_in", 2 * hidden, width, 1, self.bias)
            self.conv(f"{block}.ffn.dwconv", 2 * hidden, 1, 3, self.bias)
            self.conv(f"{block}.ffn.project_out", width, hidden, 1, self.bias)

    def conv(self, key, leaving, entering, size, bias=False):
        self[f"{key}.weight"] = torch.randn(leaving, entering, size, size) / entering**0.5 / size
        if bias:
            self[f"{key}.bias"] = torch.randn(leaving) / 5


class StraightLine:
    """The same function with nothing shared but the description."""

    def __init__(self, state):
        self.state = state

    def __call__(self, lq):
        x, skips = self.conv(lq, "patch_embed.proj"), []
        for level in range(1, LEVELS):
            x = self.stack(x, f"encoder_level{level}", level)
            skips.append(x)
            x = F.pixel_unshuffle(self.conv(x, f"down{level}_{level + 1}.body.0"), 2)
        x = self.stack(x, "latent", LEVELS)
        for level in range(LEVELS - 1, 0, -1):
            x = F.pixel_shuffle(self.conv(x, f"up{level + 1}_{level}.body.0"), 2)
            x = torch.cat([x, skips.pop()], 1)
            if level > 1:
                x = self.conv(x, f"reduce_chan_level{level}")
            x = self.stack(x, f"decoder_level{level}", level)
        return lq + self.conv(self.stack(x, "refinement", 1), "output")

    def stack(self, x, key, level):
        blocks = {name.split(".")[1] for name in self.state if name.startswith(f"{key}.")}
        for b in sorted(blocks):
            block = f"{key}.{b}"
            x = x + self.attend(self.norm(x, f"{block}.norm1.body"), f"{block}.attn", level)
            x = x + self.feed(self.norm(x, f"{block}.norm2.body"), f"{block}.ffn")
        return x

    def attend(self, x, key, level):
        wide = self.conv(x, f"{key}.qkv")
        wide = self.conv(wide, f"{key}.qkv_dwconv", groups=wide.shape[1])
        share, parts = x.shape[1] // HEADS[level - 1], []
        for head in range(HEADS[level - 1]):
            of_head = slice(head * share, (head + 1) * share)
            q, k, v = (part[:, of_head] for part in wide.chunk(3, 1))
            dots = torch.einsum("nahw,nbhw->nab", q, k)
            lengths = torch.einsum("na,nb->nab", *(t.square().sum((2, 3)).sqrt() for t in (q, k)))
            scores = (dots / lengths * self.state[f"{key}.temperature"][head]).exp()
            scores = scores / scores.sum(2, keepdim=True)
            parts.append(torch.einsum("nab,nbhw->nahw", scores, v))
        return self.conv(torch.cat(parts, 1), f"{key}.project_out")

    def feed(self, x, key):
        wide = self.conv(x, f"{key}.project_in")
        a, b = self.conv(wide, f"{key}.dwconv", groups=wide.shape[1]).chunk(2, 1)
        return self.conv(a * (1 + torch.erf(a / 2**0.5)) / 2 * b, f"{key}.project_out")

    def norm(self, x, key):
        spread = (x.var(1, keepdim=True, unbiased=False) + 1e-5).sqrt()
        scale = self.state[f"{key}.weight"][:, None, None]
        if f"{key}.bias" not in self.state:
            return x / spread * scale
        centered = x - x.mean(1, keepdim=True)
        return centered / spread * scale + self.state[f"{key}.bias"][:, None, None]

    def conv(self, x, key, groups=1):
        weight, bias = self.state[f"{key}.weight"], self.state.get(f"{key}.bias")
        return F.conv2d(x, weight, bias, padding=weight.shape[-1] // 2, groups=groups)


@pytest.fixture(scope="module")
def state():
    return AuthorsState()


@pytest.mark.parametrize(
    ("settings", "parameters"),
    [({}, 26_126_644), (Restormer.VARIANTS["restormer_denoise_color"], 26_111_668)],
)
def test_parameters_of_the_published_code(settings, parameters):
    with torch.device("meta"):
        network = Restormer(**settings)
    assert sum(p.numel() for p in network.parameters()) == parameters


def test_multiplications_per_pixel():
    with torch.device("meta"), FlopCounterMode(display=False) as counter:
        Restormer().eval()(torch.empty(1, 3, 64, 64))
    assert counter.get_total_flops() / 2 / 64**2 / 1e6 == pytest.approx(2.363, abs=5e-4)


def test_attention_sums_over_pixels_wherever_they_are():
    """A shuffle of the pixels shuffles the result: likeness of channels knows no places."""
    torch.manual_seed(0)
    attention = Restormer(**Restormer.TINY).latent[0].attention
    with torch.no_grad():
        attention.mix.weight.zero_()[:, :, 1, 1] = 1  # what is left looks at single pixels
    given = torch.randn(1, 16, 4, 5)
    order = torch.randperm(20)

    def shuffled(state):
        return state.flatten(2)[..., order].unflatten(2, (4, 5))

    with torch.inference_mode():
        torch.testing.assert_close(attention(shuffled(given)), shuffled(attention(given)))


@pytest.mark.parametrize(("norm", "kept"), [("bias_free", True), ("with_bias", False)])
def test_normalization_without_bias_keeps_the_mean(norm, kept):
    layer = Restormer(**Restormer.TINY, norm=norm).encoders[0][0].attention_norm
    normalized = layer(torch.rand(1, 4, 3, 3) + 5)
    assert (normalized.mean() > 1).item() is kept
    torch.testing.assert_close(
        normalized.var(1, unbiased=False), torch.ones(1, 3, 3), atol=0.02, rtol=0
    )


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("norm_bias", [True, False])
def test_imported_equals_straight_line(norm_bias, bias):
    state = AuthorsState(norm_bias, bias)
    network = Restormer.from_authors(state)
    lq = torch.rand(2, 3, 12, 20)
    with torch.inference_mode():
        torch.testing.assert_close(network(lq), StraightLine(state)(lq), rtol=1e-4, atol=1e-4)
        assert not torch.allclose(network(lq), lq, atol=0.1)
    assert (network.norm == "with_bias", network.bias) == (norm_bias, bias)


def test_names_of_the_authors_and_ours(state):
    more = {"inp_channels": 3, "out_channels": 3, "ffn_expansion_factor": 2.66, "bias": False}
    more |= {"LayerNorm_type": "WithBias", "dual_pixel_task": False}
    own = Restormer.from_authors(state, **AUTHORS, **more)
    Restormer.from_authors(state, **OURS, channels=3, expansion=2.66, bias=False, norm="with_bias")
    again = Restormer.from_authors(own.state_dict())
    lq = torch.rand(1, 3, 8, 8)
    with torch.inference_mode():
        assert torch.equal(own(lq), again(lq))


def test_another_expansion_is_read_off():
    wide = Restormer(**OURS, expansion=4)
    assert Restormer.from_authors(wide.state_dict()).expansion == 4


def test_settings_that_cannot_work_are_refused():
    with pytest.raises(SettingError, match="equally long"):
        Restormer(blocks=(1, 1))
    with pytest.raises(SettingError, match="equally long"):
        Restormer(blocks=(1,), heads=(1,))
    with pytest.raises(SettingError, match="features: 5 found"):
        Restormer(features=5)
    with pytest.raises(SettingError, match=r"heads: 3 found.* the 8 features"):
        Restormer(features=4, heads=(1, 3, 4, 8))
    with pytest.raises(SettingError, match="expansion: 0 found"):
        Restormer(features=4, heads=(1, 1, 1, 1), expansion=0)
    with pytest.raises(SettingError, match="give with_bias or bias_free"):
        Restormer(norm="WithBias")


def test_contradictions_are_refused(state):
    with pytest.raises(WeightsError, match="norm='with_bias', but norm='bias_free'"):
        Restormer.from_authors(state, LayerNorm_type="BiasFree")
    with pytest.raises(WeightsError, match=r"blocks=\(1, 2, 1\), but blocks=\(1, 2, 2\)"):
        Restormer.from_authors(state, num_blocks=(1, 2, 2))
    with pytest.raises(SettingError, match="dual_pixel_task"):
        Restormer.from_authors(state, dual_pixel_task=True)
    with pytest.raises(SettingError, match="try num_blocks"):
        Restormer.from_authors(state, num_block=(1, 2, 1))
    with pytest.raises(WeightsError, match=r"No Restormer.*patch_embed\.proj\.weight"):
        Restormer.from_authors({"model.0.weight": torch.zeros(1)})
    with pytest.raises(WeightsError, match="transformer block"):
        Restormer.from_authors({k: v for k, v in state.items() if not k.startswith("latent")})
    with pytest.raises(WeightsError, match=r"tail\.weight is missing"):
        Restormer.from_authors({k: v for k, v in state.items() if k != "output.weight"})
    with pytest.raises(WeightsError, match=r"skip_conv\.weight is unknown"):
        Restormer.from_authors({**state, "skip_conv.weight": torch.zeros(1)})
