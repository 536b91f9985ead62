"""Zero-DCE: published counts, what its curves can and cannot do, and the authors' tensors."""

import pytest
import torch
from torch.nn import functional as F
from torch.utils.flop_counter import FlopCounterMode

from nitido.errors import SettingError, WeightsError
from nitido.networks.zero_dce import ZeroDCE


def authors_state(channels=3, features=5, iterations=8):
    """Random weights in the authors' naming."""
    torch.manual_seed(0)
    entering = [channels, features, features, features] + [2 * features] * 3
    leaving = [features] * 6 + [channels * iterations]
    state = {}
    for i, (inner, outer) in enumerate(zip(entering, leaving, strict=True)):
        state[f"e_conv{i + 1}.weight"] = torch.randn(outer, inner, 3, 3) / (4 * inner) ** 0.5
        state[f"e_conv{i + 1}.bias"] = torch.randn(outer) / 5
    return state


def straight_line(state, lq):
    """The same function with nothing shared but the description; returns result and curves."""

    def convolve(i, *values):
        kernel, bias = state[f"e_conv{i}.weight"], state[f"e_conv{i}.bias"]
        return F.conv2d(torch.cat(values, 1), kernel, bias, padding=1)

    x1 = convolve(1, lq).clamp(min=0)
    x2 = convolve(2, x1).clamp(min=0)
    x3 = convolve(3, x2).clamp(min=0)
    x4 = convolve(4, x3).clamp(min=0)
    x5 = convolve(5, x3, x4).clamp(min=0)
    x6 = convolve(6, x2, x5).clamp(min=0)
    curves = torch.tanh(convolve(7, x1, x6))
    for i in range(8):
        lq = lq - curves[:, 3 * i : 3 * i + 3] * lq * (1 - lq)
    return lq, curves


def test_parameters_of_the_published_code():
    with torch.device("meta"):
        network = ZeroDCE()
    assert sum(p.numel() for p in network.parameters()) == 79_416


def test_multiplications_per_pixel():
    with torch.device("meta"), FlopCounterMode(display=False) as counter:
        ZeroDCE()(torch.empty(1, 3, 8, 8))
    assert counter.get_total_flops() / 2 / 64 == 79_200


def test_imported_equals_straight_line():
    state = authors_state()
    network = ZeroDCE.from_authors(state)
    assert (network.channels, network.features, network.iterations) == (3, 5, 8)
    lq = torch.rand(2, 3, 9, 7)
    with torch.inference_mode():
        expected, curves = straight_line(state, lq)
        torch.testing.assert_close(network.curves(lq), curves, rtol=1e-4, atol=1e-5)
        torch.testing.assert_close(network(lq), expected, rtol=1e-4, atol=1e-5)
        assert not torch.allclose(expected, lq, atol=0.05)


def test_curves_leave_black_white_and_the_range_alone():
    network = ZeroDCE.from_authors(authors_state())
    lq = torch.rand(1, 3, 8, 8)
    lq[..., 0], lq[..., 1] = 0, 1
    restored = network(lq)
    assert torch.equal(restored[..., :2], lq[..., :2])
    assert 0 <= restored.min() <= restored.max() <= 1


def test_negative_curves_brighten():
    network = ZeroDCE(iterations=2)
    lq = torch.full((1, 3, 1, 1), 0.5)
    curves = torch.cat([torch.full((1, 3, 1, 1), value) for value in (-1.0, 0.5)], 1)
    # 0.5 + 1 * 0.25 = 0.75; 0.75 - 0.5 * 0.1875
    torch.testing.assert_close(network.bent(lq, curves), torch.full_like(lq, 0.65625))


def test_bent_by_its_own_curves_is_the_result():
    network = ZeroDCE.from_authors(authors_state())
    lq = torch.rand(2, 3, 6, 5)
    curves = network.curves(lq)
    assert curves.shape == (2, 24, 6, 5)
    assert curves.abs().max() <= 1
    assert torch.equal(network.bent(lq, curves), network(lq))


def test_our_tensors_are_taken_back():
    network = ZeroDCE.from_authors(authors_state(1, 4, 3))
    again = ZeroDCE.from_authors(network.state_dict(), channels=1, iterations=3)
    lq = torch.rand(1, 1, 6, 6)
    assert torch.equal(network(lq), again(lq))


def test_initial_weights_follow_the_authors():
    torch.manual_seed(0)
    weights = torch.cat([p.detach().flatten() for p in ZeroDCE().parameters() if p.ndim == 4])
    assert weights.std().item() == pytest.approx(0.02, rel=0.02)


def test_contradictions_are_refused():
    state = authors_state()
    with pytest.raises(WeightsError, match="iterations=8, but iterations=4"):
        ZeroDCE.from_authors(state, iterations=4)
    with pytest.raises(SettingError, match="try iterations"):
        ZeroDCE.from_authors(state, iteration=4)
    with pytest.raises(WeightsError, match="No Zero-DCE"):
        ZeroDCE.from_authors({"model.0.weight": torch.zeros(1)})
    with pytest.raises(WeightsError, match=r"layers\.3\.bias is missing"):
        ZeroDCE.from_authors({k: v for k, v in state.items() if k != "e_conv4.bias"})
    with pytest.raises(WeightsError, match="surplus is unknown"):
        ZeroDCE.from_authors({**state, "surplus": torch.zeros(1)})
