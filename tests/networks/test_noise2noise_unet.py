"""The U-Net of Noise2Noise: published counts, and the authors' variables."""

import pytest
import torch
from torch.nn import functional as F
from torch.utils.flop_counter import FlopCounterMode

from nitido.errors import SettingError, WeightsError
from nitido.networks.noise2noise_unet import Noise2NoiseUNet


def variables(channels=3, features=4, levels=3):
    """Random weights in the authors' naming and layout: rows, columns, in, out."""
    torch.manual_seed(0)
    widths = {"enc_conv0": (channels, features)}
    widths |= {f"enc_conv{i}": (features, features) for i in range(1, levels + 2)}
    wide, entering = 2 * features, 2 * features
    for i in range(levels, 1, -1):
        widths |= {f"dec_conv{i}": (entering, wide), f"dec_conv{i}b": (wide, wide)}
        entering = 3 * features
    last = {
        "dec_conv1a": (wide + channels, 64),
        "dec_conv1b": (64, 32),
        "dec_conv1": (32, channels),
    }
    state = {}
    for name, (inner, outer) in (widths | last).items():
        state[f"{name}/weight"] = torch.randn(3, 3, inner, outer) / (9 * inner) ** 0.5
        state[f"{name}/bias"] = torch.randn(outer) / 5
    return state


def straight_line(state, lq, levels, slope):
    """The same function with nothing shared but the description."""

    def convolve(values, name, rectified=True):
        kernel = state[f"{name}/weight"]
        around = F.pad(values, (1, 1, 1, 1)).unfold(2, 3, 1).unfold(3, 3, 1)
        values = torch.einsum("nchwij,ijco->nohw", around, kernel)
        values = values + state[f"{name}/bias"][:, None, None]
        return torch.maximum(values, slope * values) if rectified else values

    def halved(values):
        rows = torch.maximum(values[..., ::2, :], values[..., 1::2, :])
        return torch.maximum(rows[..., ::2], rows[..., 1::2])

    def doubled(values):
        return values.repeat_interleave(2, 2).repeat_interleave(2, 3)

    now = convolve(lq - 0.5, "enc_conv0")
    pooled = {0: lq - 0.5}
    for i in range(1, levels + 1):
        now = pooled[i] = halved(convolve(now, f"enc_conv{i}"))
    now = convolve(now, f"enc_conv{levels + 1}")
    for i in range(levels, 1, -1):
        now = convolve(torch.cat([doubled(now), pooled[i - 1]], 1), f"dec_conv{i}")
        now = convolve(now, f"dec_conv{i}b")
    now = convolve(torch.cat([doubled(now), pooled[0]], 1), "dec_conv1a")
    return convolve(convolve(now, "dec_conv1b"), "dec_conv1", rectified=False) + 0.5


def test_parameters_of_the_published_code():
    with torch.device("meta"):
        network = Noise2NoiseUNet()
    assert sum(p.numel() for p in network.parameters()) == 991_203
    assert network.multiple_of == 32


def test_multiplications_per_pixel():
    with torch.device("meta"), FlopCounterMode(display=False) as counter:
        Noise2NoiseUNet()(torch.empty(1, 3, 64, 64))
    assert counter.get_total_flops() / 2 / 64**2 == pytest.approx(173_945, abs=0.5)


@pytest.mark.parametrize(("channels", "levels"), [(3, 3), (1, 1)])
def test_imported_equals_straight_line(channels, levels):
    state = variables(channels, 4, levels)
    if levels == 1:
        state["dec_conv1a/weight"] = state["dec_conv1a/weight"][:, :, : 4 + channels].clone()
    network = Noise2NoiseUNet.from_authors(state)
    assert (network.channels, network.features, network.levels) == (channels, 4, levels)
    lq = torch.rand(2, channels, 8, 16)
    with torch.inference_mode():
        expected = straight_line(state, lq, levels, 0.1)
        torch.testing.assert_close(network(lq), expected, rtol=1e-4, atol=1e-5)


def test_the_slope_is_a_setting_no_tensor_tells():
    state = variables()
    lq = torch.rand(1, 3, 8, 8)
    with torch.inference_mode():
        steeper = Noise2NoiseUNet.from_authors(state, slope=0.2)(lq)
        torch.testing.assert_close(steeper, straight_line(state, lq, 3, 0.2), rtol=1e-4, atol=1e-5)


def test_our_tensors_are_taken_back():
    network = Noise2NoiseUNet.from_authors(variables())
    again = Noise2NoiseUNet.from_authors(network.state_dict(), levels=3)
    lq = torch.rand(1, 3, 8, 8)
    assert torch.equal(network(lq), again(lq))


def test_initial_weights_follow_the_authors():
    torch.manual_seed(0)
    network = Noise2NoiseUNet()
    assert network.encoder[1].weight.std().item() == pytest.approx((2 / 432) ** 0.5, rel=0.02)
    assert network.tail[-1].weight.std().item() == pytest.approx((1 / 288) ** 0.5, rel=0.08)
    assert not network.tail[-1].bias.any()


def test_contradictions_are_refused():
    state = variables()
    with pytest.raises(WeightsError, match="levels=3, but levels=5"):
        Noise2NoiseUNet.from_authors(state, levels=5)
    with pytest.raises(SettingError, match="try levels"):
        Noise2NoiseUNet.from_authors(state, level=3)
    with pytest.raises(WeightsError, match="No U-Net of Noise2Noise"):
        Noise2NoiseUNet.from_authors({"model.0.weight": torch.zeros(1)})
    with pytest.raises(WeightsError, match=r"decoder\.1\.2\.bias is missing"):
        Noise2NoiseUNet.from_authors({k: v for k, v in state.items() if k != "dec_conv2b/bias"})
    with pytest.raises(WeightsError, match="surplus is unknown"):
        Noise2NoiseUNet.from_authors({**state, "surplus": torch.zeros(1)})


@pytest.mark.parametrize("slope", [-0.1, 1.0])
def test_a_slope_that_is_none_is_refused(slope):
    with pytest.raises(SettingError, match="slope"):
        Noise2NoiseUNet(slope=slope)
