"""CvT: attention that keeps to its window, projections that do not, and a straight-line copy."""

import pytest
import torch
from torch.nn import functional as F
from torch.utils.flop_counter import FlopCounterMode

from nitido.errors import SettingError
from nitido.networks.cvt import CvT, _Attention

WIDTHS, BLOCKS = (24, 48, 96), (1, 2, 10)


def block_weights(width):
    norms = 2 * 2 * width
    attention = 3 * 9 * width + 4 * width**2 + 3 * width  # no bias for keys
    perceptron = 8 * width**2 + 5 * width
    return norms + attention + perceptron


def block_macs(width, window=8):
    """Per token of the level: keys and values are made and seen at a quarter of the tokens."""
    projections = 9 * width * 1.5 + width**2 * (1 + 0.5 + 1)
    return projections + 2 * width * (window // 2) ** 2 + 8 * width**2


def test_parameters():
    a, b, c = WIDTHS
    blocks = 2 * block_weights(a) + 2 * 2 * block_weights(b) + 10 * block_weights(c)
    embeddings = 9 * (3 * a + a * b + b * c) + 3 * (a + b + c)
    up = 4 * (a * b + b * c) + a + b
    with torch.device("meta"):
        network = CvT()
    assert sum(p.numel() for p in network.parameters()) == blocks + embeddings + up + 27 * a + 3


def test_multiplications_per_pixel():
    a, b, c = WIDTHS
    expected = 2 * block_macs(a) + 4 * block_macs(b) / 4 + 10 * block_macs(c) / 16
    expected += 9 * (3 * a + a * b / 4 + b * c / 16 + 3 * a) + a * b + b * c / 4
    with torch.device("meta"), FlopCounterMode(display=False) as counter:
        CvT()(torch.empty(1, 3, 64, 32))
    assert counter.get_total_flops() / 2 / (64 * 32) == expected


def test_it_starts_as_the_identity():
    lq = torch.rand(1, 3, 8, 16)
    assert torch.equal(CvT(**CvT.TINY)(lq), lq)


def test_attention_keeps_to_its_window_and_projections_cross_it():
    torch.manual_seed(0)
    attention = _Attention(4, 2, 4).double()
    tokens = torch.randn(1, 4, 12, 12, dtype=torch.float64, requires_grad=True)
    seen = attention(tokens)[..., 4:8, 4:8].abs().sum()
    touched = torch.autograd.grad(seen, tokens)[0].ne(0).any(1)[0].nonzero()
    # Keys and values of every second token reach one to the left, queries one to either side.
    assert touched.min() == 3
    assert touched.max() == 8
    inner = attention(tokens)[..., 5, 5].abs().sum()
    touched = torch.autograd.grad(inner, tokens)[0].ne(0).any(1)[0].nonzero()
    assert (touched.min(), touched.max()) == (3, 7)


def test_attention_equals_straight_line():
    torch.manual_seed(0)
    attention = _Attention(6, 2, 4).double()
    for parameter in attention.parameters():
        torch.nn.init.normal_(parameter, std=0.7)
    state = attention.state_dict()
    tokens = torch.randn(2, 6, 8, 4, dtype=torch.float64)

    def project(name, stride):
        each = F.conv2d(tokens, state[f"{name}.0.weight"], None, stride, 1, groups=6)
        mixed = torch.einsum("ncyx,oc->noyx", each, state[f"{name}.1.weight"][..., 0, 0])
        return mixed + state.get(f"{name}.1.bias", torch.zeros(6))[:, None, None]

    q, k, v = project("query", 1), project("key", 2), project("value", 2)
    seen = torch.zeros_like(q)
    for n in range(2):
        for head in (slice(0, 3), slice(3, 6)):
            for row in range(8):
                for column in range(4):
                    half = slice(row // 4 * 2, row // 4 * 2 + 2)  # rows of the window
                    scores = torch.einsum("c,cyx->yx", q[n, head, row, column], k[n, head, half])
                    weights = (scores / 6**0.5).flatten().softmax(0).view_as(scores)
                    seen[n, head, row, column] = (weights * v[n, head, half]).sum((1, 2))
    mixed = torch.einsum("ncyx,oc->noyx", seen, state["mix.weight"][..., 0, 0])
    torch.testing.assert_close(attention(tokens), mixed + state["mix.bias"][:, None, None])


def test_tokens_are_normalized_one_by_one():
    network = CvT(**CvT.TINY)
    tokens = network.head(torch.rand(1, 3, 8, 8))
    torch.testing.assert_close(tokens.mean(1), torch.zeros(1, 8, 8), atol=1e-5, rtol=0)
    torch.testing.assert_close(tokens.square().mean(1), torch.ones(1, 8, 8), atol=0.05, rtol=0)


def test_moving_by_a_whole_window_moves_the_result():
    """Tiles may be cut at multiples of what the network asks for, and nowhere else."""
    torch.manual_seed(0)
    network = CvT(**CvT.TINY).double().eval()
    for parameter in network.parameters():
        torch.nn.init.normal_(parameter, std=0.3)
    reach, step = -(-network.radius // 8) * 8, network.multiple_of
    assert step == 8
    lq = torch.rand(1, 3, 2 * reach + step, 2 * reach + 2 * step, dtype=torch.float64)
    with torch.inference_mode():
        whole = network(lq)[..., reach : reach + step, reach + step : reach + 2 * step]
        moved = network(lq[..., step:])[..., reach : reach + step, reach : reach + step]
    torch.testing.assert_close(whole, moved)


@pytest.mark.parametrize(
    ("settings", "complaint"),
    [
        ({"window": 7}, "even"),
        ({"heads": (1, 2)}, "equally long"),
        ({"heads": (1, 2, 5)}, "divisor"),
        ({"blocks": (1, 0, 1)}, "blocks"),
        ({"features": (), "blocks": (), "heads": ()}, "equally long"),
    ],
)
def test_settings_that_build_no_network_are_refused(settings, complaint):
    with pytest.raises(SettingError, match=complaint):
        CvT(**settings)
