"""PixelCNN: who may see what, that drawing with a memory is drawing, and a straight-line copy."""

import math

import pytest
import torch
from torch.nn import functional as F

from nitido.errors import SettingError
from nitido.losses.cross_entropy import CrossEntropy
from nitido.networks.pixelcnn import PixelCNN


def network(seed=0, **settings):
    torch.manual_seed(seed)
    made = PixelCNN(**{**PixelCNN.TINY, **settings}).eval()
    with torch.no_grad():
        for parameter in made.parameters():
            parameter.add_(torch.randn_like(parameter) * 0.2)
    return made


def pictures(made, height=4, width=5, batch=2):
    torch.manual_seed(7)
    lq = torch.rand(batch, made.channels, height, width)
    return lq, torch.rand(batch, made.channels, height * made.scale, width * made.scale)


# --- what the paper says


def test_weights_by_hand():
    """No count is published; these are the paper's layers without what their masks hide."""
    with torch.device("meta"):
        made = PixelCNN()
    block = 2 * 9 * 32 * 32 + 2 * 2 * 32
    doubling = 9 * 32 * 32 + 32
    condition = 3 * 32 + 32 + 18 * block + 2 * doubling + 33 * 768
    first = (3 * 7 + 4) * 3 * 64 + 2 * 64
    layer = (2 * 5 + 3) * 64 * 128 + 2 * 128 + 128 * 128 + 128 + 65 * 64
    prior = first + 20 * layer + 65 * 1024 + 1025 * 768
    assert sum(p.numel() for p in made.condition.parameters()) == condition
    assert sum(p.numel() for p in made.prior.parameters()) == prior


def test_32_pixels_from_8():
    with torch.device("meta"):
        made = PixelCNN(layers=1).eval()
        restored = made(torch.empty(1, 3, 8, 8))
        both = made.logits(torch.empty(1, 3, 8, 8), torch.empty(1, 3, 32, 32))
    assert restored.shape == (1, 3, 32, 32)
    assert [scores.shape for scores in both] == [(1, 256, 3, 32, 32)] * 2


@pytest.mark.parametrize(("scale", "blocks"), [(1, 2), (2, 1), (4, 1), (4, 2)])
def test_radius_holds_for_every_pixel_of_the_result(scale, blocks):
    made = network(scale=scale, blocks=blocks, channels=1, levels=2, features=2).double()
    for parameter in made.parameters():
        fan_in = max(parameter[0].numel(), 1) if parameter.ndim > 1 else 1
        parameter.data = (0.5 + torch.rand_like(parameter)) / fan_in
    side = 2 * made.radius + 3
    lq = torch.rand(1, 1, side, side, dtype=torch.float64, requires_grad=True)
    restored, at = made(lq), side // 2
    reach = set()
    for phase in range(scale):
        pixel = restored[0, 0, at * scale + phase, at * scale + phase]
        (gradient,) = torch.autograd.grad(pixel, lq, retain_graph=True)
        reach.add(int((gradient[0, 0].any(0).nonzero() - at).abs().max()))
    assert max(reach) == made.radius


# --- who may see what


@pytest.mark.parametrize("channels", [1, 3])
def test_no_value_is_judged_by_itself_or_by_what_comes_after(channels):
    """And what comes right before is seen: that of the colors, on the left, and above."""
    made = network(channels=channels, scale=1, prior_features=12, hidden=60).double()
    height, width = 4, 5
    lq = torch.rand(1, channels, height, width, dtype=torch.float64)
    gt = torch.rand(1, channels, height, width, dtype=torch.float64, requires_grad=True)

    def order(color, row, column):
        return (row * width + column) * channels + color

    scores = made.prior(gt)
    assert scores.shape == (1, made.levels, *lq.shape[1:])
    for color in range(channels):
        for row, column in ((0, 0), (0, 3), (2, 0), (3, 4), (2, 2)):
            judged = scores[0, :, color, row, column].sum()
            (gradient,) = torch.autograd.grad(judged, gt, retain_graph=True)
            seen = {order(c, r, q) for c, r, q in gradient[0].nonzero().tolist()}
            now = order(color, row, column)
            assert all(earlier < now for earlier in seen)
            if now:
                assert now - 1 in seen or column == 0
            if row:
                assert {order(c, row - 1, column) for c in range(channels)} <= seen


def test_no_spot_above_is_blind():
    made = network(channels=1, scale=1, layers=4).double()
    gt = torch.rand(1, 1, 7, 9, dtype=torch.float64, requires_grad=True)
    made.prior(gt)[0, :, 0, 6, 4].sum().backward()
    seen = gt.grad[0, 0].ne(0)
    assert seen[:5].all()
    assert seen[5].tolist() == [True] * 8 + [False]  # right above, no further right than 3
    assert seen[6].tolist() == [True] * 4 + [False] * 5


def test_logits_take_gt_for_its_nearest_levels():
    made = network()
    lq, gt = pictures(made)
    rounded = (gt * 5).round() / 5
    for one, other in zip(made.logits(lq, gt), made.logits(lq, rounded), strict=True):
        torch.testing.assert_close(one, other)
    alone, both = made.logits(lq, gt)
    torch.testing.assert_close(both - alone, made.prior(rounded - 0.5), rtol=1e-4, atol=1e-5)
    with pytest.raises(SettingError, match="gt is 2 times as large"):
        made.logits(lq, lq)


def test_restored_is_the_mean_of_the_odds():
    made = network()
    lq, gt = pictures(made)
    odds = made.logits(lq, gt)[0].softmax(dim=1)
    mean = sum(odds[:, level] * level / 5 for level in range(6))
    torch.testing.assert_close(made(lq), mean)
    assert 0 <= made(lq).min() <= made(lq).max() <= 1
    both, restored = made.supervised(lq)
    torch.testing.assert_close(restored, mean)
    odds = (made.logits(lq, gt)[0] + made.prior(mean - 0.5)).softmax(dim=1)
    torch.testing.assert_close(both, sum(odds[:, level] * level / 5 for level in range(6)))


# --- drawing


@pytest.mark.parametrize("settings", [{}, {"channels": 1, "scale": 1, "layers": 4}])
def test_drawing_with_a_memory_is_drawing(settings):
    """The whole picture is judged anew for every value, by the same chances."""
    made = network(**settings)
    lq, gt = pictures(made, 3, 2)
    drawn = made.sample(lq, torch.Generator().manual_seed(5), sharpness=0.9)
    chance = torch.Generator().manual_seed(5)
    expected = torch.zeros_like(gt)
    for row in range(gt.shape[2]):
        uniform = torch.rand(len(gt), gt.shape[1], gt.shape[3], generator=chance)
        for column in range(gt.shape[3]):
            for color in range(gt.shape[1]):
                scores = made.logits(lq, expected)[1][:, :, color, row, column]
                odds = (0.9 * scores).softmax(dim=1).cumsum(dim=1)
                level = (odds <= uniform[:, color, column, None]).sum(dim=1)
                expected[:, color, row, column] = level / 5
    torch.testing.assert_close(drawn, expected)
    assert drawn.unique().numel() > 3


def test_frequencies_of_what_is_drawn_are_the_odds():
    """Of a pixel that has none before it, in many copies of one picture."""
    made = network(channels=1, scale=1)
    lq = torch.rand(1, 1, 1, 1).expand(4000, 1, 1, 1)
    drawn = made.sample(lq, torch.Generator().manual_seed(1), sharpness=1)
    odds = made.logits(lq[:1], lq[:1])[1].softmax(dim=1).flatten()
    share = torch.bincount((drawn.flatten() * 5).round().long(), minlength=6) / 4000
    assert (share - odds).abs().max() < 4 * (0.25 / 4000) ** 0.5


def test_same_state_same_picture_and_sharp_draws_the_likeliest():
    made = network()
    lq, _ = pictures(made, 2, 2)
    seeds = [0, 0, 1]
    first, same, other = (made.sample(lq, torch.Generator().manual_seed(s)) for s in seeds)
    assert torch.equal(first, same)
    assert not torch.equal(first, other)
    sharp = [made.sample(lq, torch.Generator().manual_seed(s), sharpness=1e6) for s in (0, 1)]
    assert torch.equal(*sharp)


def test_progress_rises_to_one():
    made, told = network(), []
    lq, _ = pictures(made, 2, 1)
    made.sample(lq, torch.Generator(), told.append)
    assert told == pytest.approx([1 / 4, 1 / 2, 3 / 4, 1])


def test_drawing_in_training_mode_is_refused():
    made = network().train()
    with pytest.raises(SettingError, match=r"eval\(\)"):
        made.sample(pictures(made)[0], torch.Generator())


# --- training


def test_loss_falls_and_the_prior_learns_what_the_conditions_cannot():
    """Black and white fit one damaged picture alike; the prior knows which by the first pixel."""
    torch.manual_seed(0)
    made = PixelCNN(**{**PixelCNN.TINY, "channels": 1, "scale": 1, "levels": 2})
    gt = torch.cat([torch.zeros(4, 1, 6, 6), torch.ones(4, 1, 6, 6)])
    lq, loss = torch.full_like(gt, 0.5), CrossEntropy()
    optimizer = torch.optim.Adam(made.parameters(), 0.02)
    for _ in range(50):
        alone, both = (loss(scores, gt) for scores in made.logits(lq, gt))
        optimizer.zero_grad()
        (alone + both).backward()
        optimizer.step()
    assert both.item() < 0.15
    assert alone.item() == pytest.approx(math.log(2), abs=0.05)
    torch.testing.assert_close(made(lq), torch.full_like(gt, 0.5), rtol=0, atol=0.1)
    drawn = made.eval().sample(lq, torch.Generator().manual_seed(0))
    means = drawn.mean(dim=(1, 2, 3))
    assert ((means < 0.2) | (means > 0.8)).all()  # wholly black or wholly white


# --- a second way to the same scores


def convolved(state, name, values):
    return F.conv2d(values, state[f"{name}.weight"], state[f"{name}.bias"])


def normalized(state, name, values):
    gain = state[f"{name}.weight"] / (state[f"{name}.running_var"] + 1e-5).sqrt()
    shift = state[f"{name}.bias"] - state[f"{name}.running_mean"] * gain
    return values * gain[:, None, None] + shift[:, None, None]


def doubled(state, name, values):
    zeros = values.new_zeros(*values.shape[:2], 2 * values.shape[2], 2 * values.shape[3])
    zeros[..., ::2, ::2] = values
    kernel = state[f"{name}.weight"].flip(-1, -2).transpose(0, 1)
    return F.conv2d(F.pad(zeros, (2, 0, 2, 0)), kernel, state[f"{name}.bias"])


def conditioned(state, values):
    """Walk through the layers by their names."""
    for i in sorted({int(key.split(".")[1]) for key in state if key.startswith("condition")}):
        name = f"condition.{i}"
        if f"{name}.weight" in state:
            values = convolved(state, name, values)
        elif f"{name}.spread.weight" in state:
            values = doubled(state, f"{name}.spread", values).clamp(min=0)
        else:
            inner = F.conv2d(values, state[f"{name}.layers.0.weight"], padding=1)
            inner = normalized(state, f"{name}.layers.1", inner).clamp(min=0)
            inner = F.conv2d(inner, state[f"{name}.layers.3.weight"], padding=1)
            values = values + normalized(state, f"{name}.layers.4", inner)
    return values


def above(state, name, values):
    """A square kernel of which only the upper rows are not zero."""
    weight = state[f"{name}.weight"]
    reach = weight.shape[2]
    kernel = F.pad(weight, (0, 0, 0, reach + 1))
    return F.conv2d(values, kernel, state[f"{name}.bias"], padding=reach)


def left(state, name, values, colors, itself=True):
    """A kernel of one row whose last tap is masked value by value; `colors` of both its sides."""
    weight = state[f"{name}.weight"].clone()
    reach = weight.shape[3] - 1
    for out, mine in enumerate(colors[1]):
        for into, other in enumerate(colors[0]):
            if other > mine or (other == mine and not itself):
                weight[out, into, 0, -1] = 0
    kernel = F.pad(weight, (0, reach))
    return F.conv2d(values, kernel, state[f"{name}.bias"], padding=(0, reach))


def straight_line(state, lq, gt, levels):
    """The same function with nothing shared but the description."""
    channels, features = gt.shape[1], len(state["prior.above.bias"])
    pixel = list(range(channels))
    own = [i % channels for i in range(features)]
    inner = [i % channels for i in range(len(state["prior.hidden.bias"]))]

    def gated(values):
        return values[:, :features].tanh() * values[:, features:].sigmoid()

    alone = conditioned(state, lq - 0.5)
    picture = gt - 0.5
    down = above(state, "prior.above", picture)
    down = across = down + left(state, "prior.left", picture, (pixel, own), itself=False)
    for i in range(sum(key.endswith("cross.bias") for key in state)):
        name = f"prior.layers.{i}"
        found = above(state, f"{name}.above", down)
        hint = convolved(state, f"{name}.cross", found)
        down = gated(found)
        new = gated(left(state, f"{name}.left", across, (own, own + own)) + hint)
        across = across + left(state, f"{name}.merge", new, (own, own))
    last = left(state, "prior.hidden", across, (own, inner)).clamp(min=0)
    last = left(state, "prior.output", last, (inner, pixel * levels))
    shape = (len(gt), levels, *gt.shape[1:])
    return alone.reshape(shape), (alone + last).reshape(shape)


@pytest.mark.parametrize("settings", [{}, {"channels": 1, "scale": 1}, {"scale": 4}])
def test_equals_straight_line(settings):
    made = network(**settings).double()
    for key, value in made.state_dict().items():
        if "running" in key:
            value.copy_(torch.rand_like(value) + 0.5)
    lq, gt = (picture.double() for picture in pictures(made, 3, 2))
    gt = (gt * 5).round() / 5
    with torch.inference_mode():
        expected = straight_line(made.state_dict(), lq, gt, made.levels)
        for scores, target in zip(made.logits(lq, gt), expected, strict=True):
            torch.testing.assert_close(scores, target)


# --- settings


def test_settings_that_cannot_work_are_refused():
    for wrong in ({"scale": 3}, {"levels": 1}, {"prior_features": 2}, {"hidden": 2}):
        with pytest.raises(SettingError, match=next(iter(wrong))):
            PixelCNN(**{**PixelCNN.TINY, **wrong})
