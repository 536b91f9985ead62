"""The separable CNN: what it saves, and what a separable convolution is."""

import torch
from torch.nn import functional as F
from torch.utils.flop_counter import FlopCounterMode

from nitido.networks.separable_cnn import SeparableCNN


def test_parameters():
    separable = 9 * 64 + 64 * 64 + 64
    ends = 2 * 9 * 3 * 64 + 64 + 3
    with torch.device("meta"):
        network = SeparableCNN()
    assert sum(p.numel() for p in network.parameters()) == 8 * 3 * separable + ends


def test_multiplications_per_pixel():
    with torch.device("meta"), FlopCounterMode(display=False) as counter:
        SeparableCNN()(torch.empty(1, 3, 8, 8))
    per_pixel = counter.get_total_flops() / 2 / 64
    assert per_pixel == 24 * 64 * (9 + 64) + 2 * 9 * 3 * 64
    assert per_pixel < 24 * 9 * 64**2 / 7  # of plain convolutions


def test_it_starts_as_the_identity():
    lq = torch.rand(1, 3, 9, 7)
    assert torch.equal(SeparableCNN(**SeparableCNN.TINY)(lq), lq)


def test_equals_straight_line():
    torch.manual_seed(0)
    network = SeparableCNN(channels=2, features=5, blocks=2, depth=2).double()
    torch.nn.init.normal_(network.tail.weight)
    state = network.state_dict()
    lq = torch.rand(1, 2, 8, 6, dtype=torch.float64)
    deep = F.conv2d(lq, state["head.weight"], state["head.bias"], padding=1)
    for b in range(2):
        inner = deep
        for i in (1, 4):
            spatial, mixing = (state[f"blocks.{b}.layers.{j}.weight"] for j in (i, i + 1))
            each = [F.conv2d(inner[:, [c]].clamp(min=0), spatial[[c]], padding=1) for c in range(5)]
            inner = torch.einsum("ncyx,oc->noyx", torch.cat(each, 1), mixing[..., 0, 0])
            inner = inner + state[f"blocks.{b}.layers.{i + 1}.bias"][:, None, None]
        deep = deep + inner
    expected = lq + F.conv2d(deep, state["tail.weight"], state["tail.bias"], padding=1)
    torch.testing.assert_close(network(lq), expected)


def test_sums_over_blocks_stay_of_one_order():
    torch.manual_seed(0)
    network = SeparableCNN()
    state = network.head(torch.randn(1, 3, 16, 16))
    grown = network.blocks(state).std() / state.std()
    assert 1 < grown < 3
