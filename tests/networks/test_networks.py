"""Promises of every network; a new file of the room is tested without a line here."""

import inspect
import subprocess
import sys

import pytest
import torch
from safetensors.torch import load, save

from nitido import networks
from nitido.catalog import build, find, names
from nitido.errors import SettingError

every_network = pytest.mark.parametrize("name", names(networks))
every_restoring_network = pytest.mark.parametrize(
    "name",
    [n for n in names(networks) if not getattr(find(networks, n), "gives_facts", False)],
)


def tiny(name, seed=0):
    torch.manual_seed(seed)
    return build(networks, name, **find(networks, name).TINY)


def stirred(name, seed=1):
    """Return a network no weight of which is zero, since some start so and hide what follows."""
    network = tiny(name)
    torch.manual_seed(seed)
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.add_(torch.rand_like(parameter) * 0.3 - 0.15)
    return network.eval()


def inputs(network, height, width, batch=1, seed=2, tile=False):
    """Return a picture with what it needs, or a tile, which is also told what the whole shows."""
    generator = torch.Generator().manual_seed(seed)
    sides = (height * network.multiple_of, width * network.multiple_of)
    lq = torch.randn(batch, network.channels, *sides, generator=generator) * 0.3 + 0.5
    more = []
    for told in networks.inputs_of(network):
        if told.judged == "coarse" and not tile:
            continue
        sides = lq.shape[2:] if told.shape == "plane" else (1, 1)
        more.append(torch.full((batch, told.channels, *sides), 25 / 255))
    return lq, *more


def outputs(network, *given):
    if hasattr(network, "supervised"):
        return network.supervised(*given)
    return (network(*given),)


def test_room_is_not_empty():
    assert {"dncnn", "memnet", "mirnet"} <= set(names(networks))


def test_room_loads_without_torch():
    code = "import sys, nitido.networks; sys.exit('torch' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


@every_network
def test_file_names_paper_and_departure(name):
    module = inspect.getmodule(find(networks, name))
    assert "**Departure from the paper:**" in module.__doc__


@every_network
def test_facts(name):
    network = tiny(name)
    assert isinstance(network, torch.nn.Module)
    for fact in ("scale", "multiple_of", "channels"):
        value = getattr(network, fact)
        assert isinstance(value, int)
        assert value >= 1
    assert network.radius is None or (isinstance(network.radius, int) and network.radius >= 0)
    arguments = list(inspect.signature(network.forward).parameters)
    told = networks.inputs_of(network)
    assert [one.name for one in told] == arguments[1 : len(told) + 1]
    for one in told:
        assert one.judged != "coarse" or isinstance(getattr(network, one.name), torch.nn.Module)


@every_network
def test_tiny_is_small(name):
    assert sum(p.numel() for p in tiny(name).parameters()) < 200_000


@every_network
def test_variants_can_be_built_by_name(name):
    for known, settings in getattr(find(networks, name), "VARIANTS", {}).items():
        with torch.device("meta"):
            network = build(networks, known)
        assert isinstance(network, find(networks, name))
        assert all(getattr(network, key) == value for key, value in settings.items())


@every_restoring_network
def test_output_shape_at_odd_multiples(name):
    network = stirred(name)
    for height, width in ((1, 1), (3, 5), (8, 7)):
        given = inputs(network, height, width, batch=2)
        n, c, h, w = given[0].shape
        with torch.inference_mode():
            restored = network(*given)
        assert restored.shape == (n, c, h * network.scale, w * network.scale)
        assert restored.dtype == torch.float32
        assert torch.isfinite(restored).all(), (height, width)


@every_network
def test_input_is_left_alone(name):
    network = stirred(name)
    given = inputs(network, 3, 4)
    before = [tensor.clone() for tensor in given]
    network(*given)
    assert all(torch.equal(a, b) for a, b in zip(given, before, strict=True))


@every_network
def test_gradient_reaches_every_parameter(name):
    unreached = {key for key, _ in tiny(name).named_parameters()}
    for seed in range(5):  # a rectifier may happen to be shut
        network = stirred(name, seed)
        given = inputs(network, 4, 5, batch=2, seed=seed)
        sum(out.square().mean() for out in outputs(network, *given)).backward()
        unreached -= {
            key
            for key, p in network.named_parameters()
            if p.grad is not None and p.grad.abs().sum() > 0
        }
    assert unreached == set()


@every_network
def test_same_seed_same_network_same_result(name):
    first, second = tiny(name, seed=5).eval(), tiny(name, seed=5).eval()
    given = inputs(first, 3, 4)
    with torch.inference_mode():
        assert torch.equal(first(*given), first(*given))
        assert torch.equal(first(*given), second(*given))


@every_network
def test_pictures_of_a_batch_do_not_mix(name):
    network = stirred(name).double()
    given = [tensor.double() for tensor in inputs(network, 4, 3, batch=3)]
    with torch.inference_mode():
        together = network(*given)
        alone = torch.cat([network(*(t[i : i + 1] for t in given)) for i in range(3)])
    torch.testing.assert_close(together, alone)


@every_network
def test_last_supervised_output_is_the_result(name):
    network = stirred(name)
    given = inputs(network, 3, 4)
    with torch.inference_mode():
        torch.testing.assert_close(outputs(network, *given)[-1], network(*given))


@every_network
def test_weights_round_trip(name):
    network, other = stirred(name), tiny(name, seed=9).eval()
    given = inputs(network, 3, 4)
    other.load_state_dict(load(save(network.state_dict())))
    with torch.inference_mode():
        assert torch.equal(network(*given), other(*given))


@every_restoring_network
def test_radius_is_true(name):
    """Positive weights let every path through, so the reach measured is the theoretical one."""
    network = tiny(name).double().eval()
    torch.manual_seed(3)
    with torch.no_grad():
        for parameter in network.parameters():
            fan_in = max(parameter[0].numel(), 1) if parameter.ndim > 1 else 1
            parameter.copy_((0.5 + torch.rand_like(parameter)) / fan_in)
    step, radius = network.multiple_of, network.radius
    side = 8 if radius is None else (2 * radius) // step + 3
    lq, *more = (tensor.double() for tensor in inputs(network, side, side, tile=True))
    lq = lq.abs().requires_grad_()
    restored = network(lq, *more)
    corner = side // 2 * step  # the first of the pixels that differ in their phase
    reach = 0
    for phase in range(step):
        at = corner + phase
        pixel = restored[..., at * network.scale, at * network.scale].sum()
        (gradient,) = torch.autograd.grad(pixel, lq, retain_graph=True)
        touched = gradient[0].ne(0).any(0).nonzero()
        if radius is None:
            assert len(touched) == lq.shape[-1] * lq.shape[-2]
        else:
            reach = max(reach, int((touched - at).abs().max()))
    if radius is not None:
        assert reach == radius


@every_network
def test_settings_below_their_least_are_refused(name):
    settings = inspect.signature(find(networks, name)).parameters
    whole = [key for key, p in settings.items() if type(p.default) is int]
    assert whole
    for key in whole:
        with pytest.raises(SettingError):
            build(networks, name, **{**find(networks, name).TINY, key: 0})


def test_an_unknown_setting_is_refused_by_all():
    for name in names(networks):
        with pytest.raises(SettingError, match=f"{name}: unknown setting 'widht'"):
            build(networks, name, widht=3)
