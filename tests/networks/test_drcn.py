"""DRCN: counts, what is shared, its start, and a straight-line copy of its description."""

import pytest
import torch
from torch.nn import functional as F
from torch.utils.flop_counter import FlopCounterMode

from nitido.networks.drcn import DRCN


def test_parameters():
    """The published count, 1,774K, is that of the kernels."""
    with torch.device("meta"):
        network = DRCN()
    kernels = sum(p.numel() for p in network.parameters() if p.ndim == 4)
    assert kernels == 1_774_080
    assert sum(p.numel() for p in network.parameters()) == kernels + 4 * 256 + 1 + 16 == 1_775_121


def test_multiplications_per_pixel():
    with torch.device("meta"), FlopCounterMode(display=False) as counter:
        DRCN()(torch.empty(1, 1, 8, 8))
    convolutions = counter.get_flop_counts()["Global"][torch.ops.aten.convolution]
    per_pixel = convolutions / 2 / 64
    assert per_pixel / 1e6 == pytest.approx(19.5, abs=5e-3)
    assert per_pixel * 1280 * 720 / 1e9 == pytest.approx(17_974, rel=1e-3)  # published


def test_receptive_field_of_the_paper():
    assert 2 * DRCN(features=1).radius + 1 == 41


def test_one_output_per_turn_and_the_ensemble():
    network = DRCN(features=4, recursions=5)
    *outputs, ensemble = network.supervised(torch.rand(1, 1, 5, 6))
    assert len(outputs) == 5
    torch.testing.assert_close(ensemble, sum(outputs) / 5)
    with torch.no_grad():
        network.ensemble.copy_(torch.tensor([0.0, 0.0, 3.0, 0.0, 0.0]))
    *outputs, ensemble = network.supervised(torch.rand(1, 1, 5, 6))
    torch.testing.assert_close(ensemble, 3 * outputs[2])


def test_recursion_starts_as_the_identity():
    torch.manual_seed(0)
    network = DRCN(features=6, recursions=4)
    lq = torch.rand(1, 1, 7, 7)
    *outputs, _ = network.supervised(lq)
    for output in outputs[1:]:
        torch.testing.assert_close(output, outputs[0])
    assert not torch.allclose(outputs[0], lq, atol=1e-3)


def test_equals_straight_line():
    torch.manual_seed(0)
    network = DRCN(channels=2, features=5, recursions=3).double()
    state = network.state_dict()
    for value in state.values():
        value.copy_(torch.randn_like(value) / 3)

    def conv(values, key):
        return F.conv2d(values, state[f"{key}.weight"], state[f"{key}.bias"], padding=1)

    lq = torch.rand(2, 2, 6, 8, dtype=torch.float64)
    now = conv(conv(lq, "embed.0").clamp(min=0), "embed.2").clamp(min=0)
    ensemble = 0
    for turn, output in enumerate(network.supervised(lq)[:-1]):
        now = conv(now, "infer").clamp(min=0)
        expected = lq + conv(conv(now, "reconstruct.0").clamp(min=0), "reconstruct.2")
        torch.testing.assert_close(output, expected)
        ensemble = ensemble + state["ensemble"][turn] * expected
    torch.testing.assert_close(network(lq), ensemble)
