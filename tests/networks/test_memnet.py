"""MemNet: published counts, what is shared, and a straight-line copy of its description."""

import pytest
import torch
from torch.nn import functional as F
from torch.utils.flop_counter import FlopCounterMode

from nitido.networks.memnet import MemNet


def on_meta(**settings):
    with torch.device("meta"):
        return MemNet(**settings)


def test_published_weights():
    """The paper counts convolution weights: 677K in M6R6."""
    assert sum(p.numel() for p in on_meta().parameters() if p.ndim == 4) == 676_992


@pytest.mark.parametrize(
    ("blocks", "recursions", "shared_norms"),
    [(4, 6, 440_647), (6, 6, 685_641), (6, 8, 736_329), (10, 10, 1_395_277)],
)
def test_parameters(blocks, recursions, shared_norms):
    """Known counts leave out the recursions' normalizations and all but one of the outputs'."""
    own_norms = blocks * recursions * 2 * 128 + (blocks - 1) * 128
    network = on_meta(blocks=blocks, recursions=recursions)
    assert sum(p.numel() for p in network.parameters()) == shared_norms + own_norms


def test_parameters_in_all():
    assert sum(p.numel() for p in on_meta().parameters()) == 695_497


@pytest.mark.parametrize(("blocks", "recursions", "millions"), [(4, 6, 1.912), (6, 6, 2.892)])
def test_multiplications_per_pixel(blocks, recursions, millions):
    with torch.device("meta"), FlopCounterMode(display=False) as counter:
        MemNet(blocks=blocks, recursions=recursions).eval().forward(torch.empty(1, 1, 8, 8))
    convolutions = counter.get_flop_counts()["Global"][torch.ops.aten.convolution]
    assert convolutions / 2 / 64 / 1e6 == pytest.approx(millions, abs=6e-4)


def test_depth_is_80_convolutions():
    applied = []
    network = MemNet(features=1)
    for module in network.modules():
        if isinstance(module, torch.nn.Conv2d):
            module.register_forward_hook(lambda m, *_: applied.append(m))
    network(torch.rand(2, 1, 4, 4))
    reconstructions = sum(m is network.output for m in applied)
    assert reconstructions == 6
    assert len(applied) - reconstructions + 1 == 80


def test_one_output_per_block_and_the_ensemble():
    network = MemNet(features=4, blocks=3, recursions=2).eval()
    *outputs, ensemble = network.supervised(torch.rand(1, 1, 5, 6))
    assert len(outputs) == 3
    torch.testing.assert_close(ensemble, sum(outputs) / 3)
    with torch.no_grad():
        network.ensemble.copy_(torch.tensor([0.0, 2.0, 0.0]))
    *outputs, ensemble = network.supervised(torch.rand(1, 1, 5, 6))
    torch.testing.assert_close(ensemble, 2 * outputs[1])


@pytest.mark.parametrize(
    ("switch", "gates"),
    [
        ({}, [3, 4, 5]),
        ({"long_term": False}, [2, 2, 2]),
        ({"short_term": False}, [2, 3, 4]),
        ({"long_term": False, "short_term": False}, [1, 1, 1]),
    ],
)
def test_memories_can_be_taken_away(switch, gates):
    network = MemNet(features=4, blocks=3, recursions=2, **switch)
    assert [block.gate.in_channels for block in network.memory] == [4 * n for n in gates]
    assert torch.isfinite(network(torch.rand(1, 1, 5, 6))).all()


def test_single_supervision_is_the_last_block():
    network = MemNet(features=4, blocks=3, recursions=2).eval()
    lq = torch.rand(1, 1, 5, 6)
    single = MemNet(features=4, blocks=3, recursions=2, multi_supervised=False).eval()
    state = {key: value for key, value in network.state_dict().items() if key != "ensemble"}
    last = {
        key.replace("norms.2", "norms.0"): value
        for key, value in state.items()
        if not key.startswith(("output_norms.0", "output_norms.1"))
    }
    single.load_state_dict(last)
    (output,) = single.supervised(lq)
    torch.testing.assert_close(output, network.supervised(lq)[2])
    without = MemNet(features=4, blocks=3, recursions=2, multi_supervised=False, residual=False)
    without.load_state_dict(last)
    torch.testing.assert_close(without.eval()(lq) + lq, output)


def straight_line(state, lq, blocks, recursions):
    """The same function with nothing shared but the description."""

    def unit(values, norm, conv, padding):
        mean, spread = state[f"{norm}.running_mean"], state[f"{norm}.running_var"] + 1e-5
        gain = state[f"{norm}.weight"] / spread.sqrt()
        shift = state[f"{norm}.bias"] - mean * gain
        values = (values * gain[:, None, None] + shift[:, None, None]).clamp(min=0)
        return F.conv2d(values, state[f"{conv}.weight"], state[f"{conv}.bias"], padding=padding)

    long_term = [unit(lq, "extract_norm", "extract", 1)]
    outputs = []
    for m in range(blocks):
        own, short_term, now = f"memory.{m}", [], long_term[-1]
        for r in range(recursions):
            inner = unit(now, f"{own}.first_norms.{r}", f"{own}.first", 1)
            now = now + unit(inner, f"{own}.second_norms.{r}", f"{own}.second", 1)
            short_term.append(now)
        everything = torch.cat(long_term + short_term, 1)
        long_term.append(unit(everything, f"{own}.gate_norm", f"{own}.gate", 0))
        outputs.append(lq + unit(long_term[-1], f"output_norms.{m}", "output", 1))
    return [*outputs, sum(w * out for w, out in zip(state["ensemble"], outputs, strict=True))]


def test_equals_straight_line():
    torch.manual_seed(0)
    network = MemNet(channels=2, features=5, blocks=3, recursions=2).double().eval()
    state = network.state_dict()
    for key, value in state.items():
        if value.is_floating_point():
            value.copy_(torch.rand_like(value) + 0.5 if "_var" in key else torch.randn_like(value))
    lq = torch.rand(2, 2, 7, 9, dtype=torch.float64)
    with torch.inference_mode():
        expected = straight_line(state, lq, 3, 2)
        for output, target in zip(network.supervised(lq), expected, strict=True):
            torch.testing.assert_close(output, target)


def test_every_recursion_normalizes_by_its_own_statistics():
    network = MemNet(features=4, blocks=1, recursions=2)
    network(torch.rand(4, 1, 8, 8))
    first, second = network.memory[0].first_norms
    assert not torch.equal(first.running_mean, second.running_mean)
