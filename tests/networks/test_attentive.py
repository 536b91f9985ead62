"""The attentive CNN: what each part does, and that each can be left out."""

import pytest
import torch
from torch.nn import functional as F

from nitido.errors import SettingError
from nitido.networks.attentive import AttentiveCNN, _ChannelAttention, _SpatialAttention

PARTS = ("normalize", "separable", "channel_attention", "spatial_attention", "mlp_head")


def weights(**settings):
    with torch.device("meta"):
        return sum(p.numel() for p in AttentiveCNN(**settings).parameters())


def shaken(**settings):
    torch.manual_seed(0)
    network = AttentiveCNN(**{**AttentiveCNN.TINY, **settings})
    torch.nn.init.normal_(network.head[-1].weight)
    return network.eval()


def test_parameters():
    separable = 9 * 64 + 64 * 64 + 64
    channel, spatial = 2 * 4 * 64 + 4 + 64, 2 * 49 + 1
    head = 64 * 128 + 128 + 128 * 3 + 3
    stem = 27 * 64 + 64
    assert weights() == 8 * (2 * separable + channel + spatial) + head + stem
    assert weights() - weights(channel_attention=False) == 8 * channel
    assert weights() - weights(spatial_attention=False) == 8 * spatial
    assert weights() - weights(mlp_head=False) == head - (64 * 3 + 3)
    assert weights(separable=False) - weights() == 16 * (9 * 64 * 64 - 9 * 64 - 64 * 64)
    assert weights(normalize=False) == weights()


@pytest.mark.parametrize("part", PARTS)
def test_every_part_can_be_left_out_and_matters(part):
    lq = torch.rand(1, 3, 9, 8)
    network, without = shaken(), shaken(**{part: False})
    shared = without.state_dict()
    if part not in ("separable", "mlp_head"):  # what remains has the same weights
        without.load_state_dict({key: network.state_dict()[key] for key in shared})
    assert without(lq).shape == lq.shape
    assert not torch.allclose(without(lq), network(lq), atol=1e-4)


def test_without_any_part_it_is_a_plain_residual_network():
    network = shaken(**dict.fromkeys(PARTS, False))
    state = network.state_dict()
    lq = torch.rand(1, 3, 7, 6)
    deep = F.conv2d(lq, state["stem.weight"], state["stem.bias"], padding=1)
    for b in range(2):
        first, second = (
            [state[f"blocks.{b}.{name}.{kind}"] for kind in ("weight", "bias")]
            for name in ("first", "second")
        )
        inner = F.conv2d(deep, *first, padding=1).clamp(min=0)
        deep = deep + F.conv2d(inner, *second, padding=1)
    expected = lq + F.conv2d(deep, state["head.0.weight"], state["head.0.bias"])
    torch.testing.assert_close(network(lq), expected, rtol=1e-4, atol=1e-5)


def test_normalization_is_that_of_the_data_set():
    plain = shaken(normalize=False)
    network = shaken(mean=(0.4, 0.5, 0.6), std=(0.2, 0.3, 0.1))
    network.load_state_dict(plain.state_dict())
    mean, std = (torch.tensor(v).view(3, 1, 1) for v in ((0.4, 0.5, 0.6), (0.2, 0.3, 0.1)))
    lq = torch.rand(1, 3, 6, 6)
    torch.testing.assert_close(network(lq), plain((lq - mean) / std) * std + mean)


def test_a_picture_is_not_normalized_by_itself():
    """Twice the brightness is no other scale of the same thing."""
    network = shaken()
    lq = torch.rand(1, 3, 8, 8) / 2
    residual, brighter = network(lq) - lq, network(2 * lq) - 2 * lq
    assert not torch.allclose(residual, brighter, atol=1e-2)


def test_it_starts_as_the_identity():
    lq = torch.rand(1, 3, 5, 6)
    assert torch.equal(AttentiveCNN(**AttentiveCNN.TINY)(lq), lq)


def test_channel_attention_is_one_perceptron_of_mean_and_maximum():
    attention = _ChannelAttention(4, 2)
    state = torch.randn(2, 4, 5, 3)
    (w1, b1), (w2, b2) = (
        (layer.weight[..., 0, 0], layer.bias) for layer in attention.perceptron[::2]
    )
    score = 0
    for pooled in (state.mean((2, 3)), state.flatten(2).max(2)[0]):
        score = score + (pooled @ w1.T + b1).clamp(min=0) @ w2.T + b2
    torch.testing.assert_close(attention(state), state * score.sigmoid()[..., None, None])


def test_spatial_attention_gives_all_channels_of_a_place_one_weight():
    torch.manual_seed(0)
    attention = _SpatialAttention()
    state = torch.randn(1, 6, 9, 9)
    gain = attention(state) / state
    torch.testing.assert_close(gain, gain[:, :1].expand_as(gain))
    kernel = attention.score.weight
    mean, most = state.mean(1, keepdim=True), state.max(1, keepdim=True)[0]
    score = F.conv2d(mean, kernel[:, :1], padding=3) + F.conv2d(most, kernel[:, 1:], padding=3)
    torch.testing.assert_close(gain[:, :1], torch.sigmoid(score + attention.score.bias))


@pytest.mark.parametrize(("spatial", "radius"), [(True, 41), (False, 17)])
def test_without_channel_attention_it_sees_so_far(spatial, radius):
    settings = {"features": 1, "channel_attention": False, "spatial_attention": spatial}
    assert AttentiveCNN(**settings).radius == radius
    assert AttentiveCNN(features=1).radius is None


@pytest.mark.parametrize("settings", [{"mean": (0.4, 0.5)}, {"std": ()}, {"std": (0.0,)}])
def test_statistics_that_cannot_work_are_refused(settings):
    with pytest.raises(SettingError, match=next(iter(settings))):
        AttentiveCNN(**settings)
