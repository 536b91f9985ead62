"""RDN: the known counts, what each scale does, and a straight-line copy over the common names."""

import pytest
import torch
from torch.nn import functional as F
from torch.utils.flop_counter import FlopCounterMode

from nitido.errors import SettingError, WeightsError
from nitido.networks.rdn import RDN

FEATURES, GROWTH, BLOCKS, LAYERS = 6, 5, 3, 2


def foreign_state(scale, channels=3):
    """Random weights in the naming of the PyTorch version in common use."""
    torch.manual_seed(0)
    state = {}

    def conv(key, leaving, entering, size=3):
        state[f"{key}.weight"] = torch.randn(leaving, entering, size, size) / entering**0.5 / size
        state[f"{key}.bias"] = torch.randn(leaving) / 5

    conv("sfe1", FEATURES, channels)
    conv("sfe2", FEATURES, FEATURES)
    for d in range(BLOCKS):
        for c in range(LAYERS):
            conv(f"rdbs.{d}.layers.{c}.conv", GROWTH, FEATURES + c * GROWTH)
        conv(f"rdbs.{d}.lff", FEATURES, FEATURES + LAYERS * GROWTH, 1)
    conv("gff.0", FEATURES, BLOCKS * FEATURES, 1)
    conv("gff.1", FEATURES, FEATURES)
    for i in range({1: 0, 2: 1, 3: 1, 4: 2}[scale]):
        conv(f"upscale.{2 * i}", FEATURES * (9 if scale == 3 else 4), FEATURES)
    conv("output", channels, FEATURES)
    return state


def straight_line(state, lq, scale):
    """The same function with nothing shared but the description."""

    def conv(x, key):
        weight = state[f"{key}.weight"]
        return F.conv2d(x, weight, state[f"{key}.bias"], padding=weight.shape[-1] // 2)

    def shuffle(x, r):
        n, c, h, w = x.shape
        x = x.reshape(n, c // r**2, r, r, h, w).permute(0, 1, 4, 2, 5, 3)
        return x.reshape(n, c // r**2, h * r, w * r)

    first = conv(lq, "sfe1")
    x, kept = conv(first, "sfe2"), []
    for d in range(BLOCKS):
        seen = [x]
        for c in range(LAYERS):
            seen.append(conv(torch.cat(seen, 1), f"rdbs.{d}.layers.{c}.conv").clamp(min=0))
        x = x + conv(torch.cat(seen, 1), f"rdbs.{d}.lff")
        kept.append(x)
    x = conv(conv(torch.cat(kept, 1), "gff.0"), "gff.1") + first
    if scale == 1:
        return lq + conv(x, "output")
    x = shuffle(conv(x, "upscale.0"), 3 if scale == 3 else 2)
    if scale == 4:
        x = shuffle(conv(x, "upscale.2"), 2)
    return conv(x, "output")


@pytest.mark.parametrize(
    ("settings", "parameters"),
    [
        ({}, 22_123_395),
        ({"scale": 4}, 22_271_107),
        ({"scale": 1, "channels": 1}, 21_973_377),
        (
            {"scale": 1, "channels": 1, "features": 32, "growth": 32, "blocks": 4, "layers": 4},
            412_993,
        ),
    ],
)
def test_known_parameters(settings, parameters):
    with torch.device("meta"):
        network = RDN(**settings)
    assert sum(p.numel() for p in network.parameters()) == parameters


def test_multiplications_per_pixel():
    with torch.device("meta"), FlopCounterMode(display=False) as counter:
        RDN().eval()(torch.empty(1, 3, 8, 8))
    assert counter.get_total_flops() / 2 / 64 / 1e6 == pytest.approx(22.1, abs=0.03)


@pytest.mark.parametrize("scale", [1, 2, 3, 4])
@pytest.mark.parametrize("channels", [1, 3])
def test_imported_equals_straight_line(scale, channels):
    state = foreign_state(scale, channels)
    network = RDN.from_authors(state)
    lq = torch.rand(2, channels, 7, 9)
    with torch.inference_mode():
        torch.testing.assert_close(network(lq), straight_line(state, lq, scale))
    assert (network.scale, network.channels) == (scale, channels)


def test_at_scale_one_it_predicts_what_to_add():
    network = RDN(features=4, growth=4, blocks=1, layers=1, scale=1)
    torch.nn.init.zeros_(network.tail.weight)
    torch.nn.init.constant_(network.tail.bias, 0.25)
    lq = torch.rand(1, 3, 6, 5)
    torch.testing.assert_close(network(lq), lq + 0.25)


@pytest.mark.parametrize("scale", [1, 3, 4])
def test_no_pixel_of_the_result_sees_beyond_the_radius(scale):
    network = RDN(channels=1, features=2, growth=2, blocks=1, layers=2, scale=scale).double()
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.abs_()
    side = 2 * network.radius + 5
    lq = torch.rand(1, 1, side, side, dtype=torch.float64, requires_grad=True)
    middle, reach = side // 2, 0
    restored = network(lq)
    for phase in range(scale):
        at = middle * scale + phase
        (gradient,) = torch.autograd.grad(restored[0, 0, at, at], lq, retain_graph=True)
        reach = max(reach, int((gradient[0, 0].nonzero() - middle).abs().max()))
    assert reach == network.radius


def test_other_names_of_settings_and_ours():
    state = foreign_state(2)
    short = {"scale": 2, "G0": FEATURES, "G": GROWTH, "D": BLOCKS, "C": LAYERS}
    long = {"num_features": FEATURES, "growth_rate": GROWTH, "num_blocks": BLOCKS}
    long |= {"num_layers": LAYERS, "num_channels": 3, "scale_factor": 2}
    ours = {"features": FEATURES, "growth": GROWTH, "blocks": BLOCKS, "layers": LAYERS}
    tensors = RDN.from_authors(state, **short).state_dict()
    assert tensors.keys() == RDN.from_authors(state, **long).state_dict().keys()
    assert tensors.keys() == RDN.from_authors(tensors, **ours).state_dict().keys()


def test_contradictions_are_refused():
    state = foreign_state(4)
    with pytest.raises(WeightsError, match="scale=4, but scale=2"):
        RDN.from_authors(state, scale=2)
    with pytest.raises(SettingError, match="try growth"):
        RDN.from_authors(state, grow=5)
    with pytest.raises(WeightsError, match="No RDN"):
        RDN.from_authors({"model.0.weight": torch.zeros(1)})
    with pytest.raises(WeightsError, match=r"trunk\.2\.fuse\.bias is missing"):
        RDN.from_authors({k: v for k, v in state.items() if k != "rdbs.2.lff.bias"})
    with pytest.raises(WeightsError, match="surplus is unknown"):
        RDN.from_authors({**state, "surplus": torch.zeros(1)})
    half = {k: v for k, v in state.items() if not k.startswith("upscale.0")}
    with pytest.raises(WeightsError, match="enlarge neither"):
        RDN.from_authors(half)


@pytest.mark.parametrize("scale", [0, 5, 8])
def test_other_scales_are_refused(scale):
    with pytest.raises(SettingError, match="1, 2, 3 or 4"):
        RDN(scale=scale)
