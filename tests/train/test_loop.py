"""The loop learns what its recipe says, and refuses what cannot be learned."""

import math

import pytest
import torch

from nitido import catalog, networks
from nitido.errors import DataError, RecipeError, WeightsError
from nitido.train import loop as loop_file
from nitido.train._batches import mixed

MUON = {"optimizer": "muon", "lr": 0.01, "warmup": 2, "steps": 20}
WIDE = {"name": "unet", "features": (16, 16), "blocks": (1, 1), "takes_sigma": True}


@pytest.mark.parametrize(
    "optimizer",
    [{"schedule__lr": 0.02}, {"schedule": {**MUON, "lr": 0.1}}],
    ids=["adamw", "muon"],
)
def test_twenty_steps_lower_the_loss(
    run, tmp_path, image_sets, make_recipe, monkeypatch, optimizer
):
    monkeypatch.setattr(loop_file, "_LOG_EVERY", 4)
    noise = {"name": "gaussian_noise", "sigma": 50}
    recipe = make_recipe(network=WIDE, degradation=noise, data__batch=8, **optimizer)
    reports = []
    trained = run(recipe, tmp_path, image_sets, report=reports.append)
    losses = [report.loss for report in reports]
    assert [report.step for report in reports] == [4, 8, 12, 16, 20]
    assert losses[-1] < 0.9 * losses[0]
    assert reports[-1].psnr > reports[0].psnr + 0.5
    assert trained.done
    assert trained.steps == 20
    assert not trained.network.training
    assert 0 <= trained.waiting <= 1
    assert reports[-1].fraction == 1
    assert reports[-1].remaining == 0


@pytest.mark.parametrize("optimizer", ["adamw", "muon"])
def test_a_diverging_run_stops_and_leaves_a_sound_checkpoint(
    run, tmp_path, image_sets, make_recipe, optimizer
):
    schedule = {"optimizer": optimizer, "lr": 1e30, "warmup": 0, "steps": 20}
    recipe = make_recipe(network=WIDE, schedule=schedule, checkpoint_every=1)
    with pytest.raises(RecipeError, match=r"diverged at step \d+: .* Lower schedule\.lr"):
        run(recipe, tmp_path, image_sets)
    checkpoint = torch.load(tmp_path / "checkpoint.pt", weights_only=True)
    assert all(torch.isfinite(value).all() for value in checkpoint["network"].values())


@pytest.mark.parametrize("largest", [1e-3, None])
def test_gradients_are_clipped(run, largest, tmp_path, image_sets, make_recipe, monkeypatch):
    norms = []
    clip = loop_file.Fabric.clip_gradients

    def spy(self, network, optimizer, **options):
        norm = clip(self, network, optimizer, **options)
        left = torch.stack([p.grad.norm() for p in network.parameters()]).norm()
        norms.append((float(norm), float(left)))
        return norm

    monkeypatch.setattr(loop_file.Fabric, "clip_gradients", spy)
    recipe = make_recipe(schedule={"steps": 6, "clip": largest, "lr": 1e-3, "warmup": 0})
    run(recipe, tmp_path, image_sets)
    assert len(norms) == 6
    assert max(before for before, _ in norms) > 1e-2
    for before, left in norms:
        assert left == pytest.approx(min(before, largest or before), rel=1e-2)


def test_clipping_by_rate_lets_more_through_as_the_rate_falls(
    run, tmp_path, image_sets, make_recipe, monkeypatch
):
    asked = []
    clip = loop_file.Fabric.clip_gradients

    def spy(self, network, optimizer, *, max_norm, **options):
        asked.append(max_norm)
        return clip(self, network, optimizer, max_norm=max_norm, **options)

    monkeypatch.setattr(loop_file.Fabric, "clip_gradients", spy)
    phases = [{"until": 0.5, "lr": 0.1}, {"until": 1, "lr": 0.01}]
    schedule = {"steps": 4, "warmup": 0, "clip": 0.01, "clip_by_rate": True, "phases": phases}
    run(make_recipe(schedule=schedule), tmp_path, image_sets)
    assert asked == pytest.approx([0.1, 0.1, 1.0, 1.0])


def test_patches_and_batches_grow_by_stages(run, tmp_path, image_sets, make_recipe, monkeypatch):
    seen = []
    outputs = loop_file._outputs

    def spy(network, sigma, lq):
        seen.append(tuple(lq.shape))
        return outputs(network, sigma, lq)

    monkeypatch.setattr(loop_file, "_outputs", spy)
    stages = [{"until": 0.5, "patch": 8, "batch": 4}, {"until": 1, "patch": 16, "batch": 1}]
    run(make_recipe(data__stages=stages, schedule__steps=4), tmp_path, image_sets)
    assert seen == [(4, 3, 8, 8), (4, 3, 8, 8), (1, 3, 16, 16), (1, 3, 16, 16)]


def test_mixup_blends_both_sides_alike(make_recipe):
    data = make_recipe(data__mixup={"beta": 1.2, "begin": 0.5}).data
    gt = torch.rand(4, 3, 5, 5)
    lq = gt + 0.25
    torch.manual_seed(0)
    early = mixed(lq, gt, data, 0.4)
    assert early[0] is lq
    assert early[1] is gt
    blended_lq, blended_gt = mixed(lq, gt, data, 0.5)
    torch.testing.assert_close(blended_lq, blended_gt + 0.25)
    assert not torch.equal(blended_gt, gt)
    torch.testing.assert_close(blended_gt.mean(), gt.mean())
    with pytest.raises(ValueError, match="mixup blends noise levels"):
        make_recipe(data__mixup={}, data__told=0.5)


def test_frozen_parameters_stay(run, tmp_path, image_sets, make_recipe):
    torch.manual_seed(0)
    before = catalog.build(networks, "unet", features=(4, 6), blocks=(1, 1)).state_dict()
    recipe = make_recipe(schedule__steps=3, frozen=["head.*", "encoder.1.*"])
    after = run(recipe, tmp_path / "run", image_sets).network.state_dict()
    stayed = {key for key in before if torch.equal(before[key], after[key])}
    assert stayed == {key for key in before if key.startswith(("head.", "encoder.1."))}
    with pytest.raises(RecipeError, match=r"no parameter is called hat\.\*"):
        run(make_recipe(frozen=["hat.*"]), tmp_path / "hat", image_sets)
    with pytest.raises(RecipeError, match="nothing to train"):
        run(make_recipe(frozen=["*"]), tmp_path / "all", image_sets)


def test_missing_pictures(run, tmp_path, image_sets, make_recipe):
    with pytest.raises(DataError, match="No image set 'fotos'"):
        run(make_recipe(data__source="fotos"), tmp_path, image_sets)
    with pytest.raises(DataError, match="smaller than a patch of 64"):
        run(make_recipe(data__patch=64), tmp_path, image_sets)


def test_a_network_that_must_be_told_the_level_is_always_told(
    run, tmp_path, image_sets, make_recipe
):
    network = {"name": "ffdnet", "channels": 3, "features": 4, "depth": 3}
    with pytest.raises(RecipeError, match=r"ffdnet must be told.*data\.told is 0\.5; set"):
        run(make_recipe(network=network, data__told=0.5), tmp_path, image_sets)
    assert run(make_recipe(network=network, data__told=1.0), tmp_path, image_sets).steps > 0


def test_real_damage_is_learned(run, tmp_path, photograph, make_recipe):
    """All pictures of a set are too dark by a fifth; nothing but the pairs can tell."""
    from nitido.picture import Picture, write

    for index in range(3):
        pixels = photograph(seed=index)
        for side, factor in (("lq", 0.8), ("gt", 1)):
            file = tmp_path / "sets" / "dark" / side / f"{index}.png"
            file.parent.mkdir(parents=True, exist_ok=True)
            write(Picture(pixels * factor), file)
    recipe = make_recipe(
        data__source="dark/gt",
        data__pairs="dark",
        data__paired=1.0,
        schedule={"steps": 60, "warmup": 0, "lr": 1e-2},
        ema=0.0,
    )
    trained = run(recipe, tmp_path, tmp_path / "sets")
    lq = torch.from_numpy(photograph(seed=7) * 0.8).permute(2, 0, 1)[None]
    with torch.inference_mode():
        gain = (trained.network(lq).mean() / lq.mean()).item()
    assert gain == pytest.approx(1.25, abs=0.1)


def test_a_budget_of_minutes_ends(run, tmp_path, image_sets, make_recipe):
    recipe = make_recipe(schedule={"minutes": 0.02, "warmup": 0})
    reports = []
    trained = run(recipe, tmp_path, image_sets, report=reports.append)
    assert trained.done
    assert 1.2 <= trained.seconds < 10
    assert reports[-1].fraction == 1
    assert math.isclose(reports[-1].rate, recipe.schedule.lr_end, rel_tol=1)  # cosine ran out


def test_start_from_other_weights(run, tmp_path, image_sets, make_recipe, tiny_weights):
    network = {"name": "unet", "features": (4, 6), "blocks": (1, 1), "takes_sigma": True}
    schedule = {"steps": 1, "warmup": 0, "lr": 1e-12, "lr_end": 1e-13, "weight_decay": 0}
    recipe = make_recipe(network=network, schedule=schedule, start=str(tiny_weights.file))
    from safetensors.torch import load_file

    trained = run(recipe, tmp_path, image_sets)
    for key, tensor in load_file(tiny_weights.file).items():
        assert torch.allclose(trained.network.state_dict()[key], tensor.float(), atol=1e-6)


def test_start_from_weights_of_another_shape(run, tmp_path, image_sets, make_recipe, tiny_weights):
    """Without the input of levels, and with another input layer; all else comes from the file."""
    from safetensors.torch import load_file

    network = {"name": "unet", "features": (4, 6), "blocks": (1, 1), "sees_clipping": True}
    schedule = {"steps": 1, "warmup": 0, "lr": 1e-12, "lr_end": 1e-13, "weight_decay": 0}
    recipe = make_recipe(
        network=network,
        schedule=schedule,
        start=str(tiny_weights.file),
        renewed=["head.*", "level.*"],
    )
    trained = run(recipe, tmp_path / "run", image_sets).network.state_dict()
    for key, tensor in load_file(tiny_weights.file).items():
        if not key.startswith(("head.", "level.")):
            assert torch.allclose(trained[key], tensor.float(), atol=1e-6)
    torch.manual_seed(recipe.seed)
    begun = catalog.build(networks, **network).state_dict()
    assert torch.allclose(trained["head.weight"], begun["head.weight"], atol=1e-6)
    with pytest.raises(RecipeError, match="no tensor is called hat"):
        run(recipe.model_copy(update={"renewed": ("hat",)}), tmp_path / "hat", image_sets)


def test_start_from_weights_that_do_not_fit(run, tmp_path, image_sets, make_recipe, tiny_weights):
    with pytest.raises(WeightsError, match="does not fit the network"):
        run(make_recipe(start=str(tiny_weights.file)), tmp_path, image_sets)


def test_on_demand_draws_what_is_restored_worst(
    run, tmp_path, image_sets, make_recipe, monkeypatch
):
    asked = []
    next_batch = loop_file.Batches.next

    def spy(self, fraction, shares):
        asked.append(shares)
        return next_batch(self, fraction, shares)

    monkeypatch.setattr(loop_file.Batches, "next", spy)
    difficulty = {"setting": "sigma", "range": (1, 60), "parts": 4, "every": 3}
    run(make_recipe(difficulty=difficulty, schedule__steps=7), tmp_path / "run", image_sets)
    assert asked[0] == asked[1] == asked[2] != asked[3] == asked[5] != asked[6]
    for shares in asked:
        assert sum(shares) == pytest.approx(1)
        assert list(shares) == sorted(shares)  # stronger noise is restored worse
        assert shares[3] > 1.5 * shares[0]
    with pytest.raises(ValueError, match="unknown setting 'sigmas'"):
        make_recipe(difficulty={**difficulty, "setting": "sigmas"})
    with pytest.raises(ValueError, match="part is 4; there are 0 to 3"):
        make_recipe(difficulty={**difficulty, "part": 4})


def test_networks_are_asked_for_what_losses_judge(run, tmp_path, image_sets, make_recipe):
    zero_reference = make_recipe(
        network={"name": "zero_dce", "features": 4, "iterations": 2},
        loss={"name": "illumination_smoothness", "weight": 200},
        added_losses=[
            {"name": "spatial_consistency"},
            {"name": "color_constancy", "weight": 5},
            {"name": "exposure", "weight": 10},
        ],
        schedule={"steps": 30, "warmup": 0, "lr": 0.01},
        data__patch=32,
    )
    likelihood = make_recipe(
        network={
            **{"name": "pixelcnn", "scale": 1, "features": 4, "blocks": 1, "levels": 4},
            **{"prior_features": 4, "layers": 1, "hidden": 4},
        },
        loss={"name": "cross_entropy"},
        schedule={"steps": 30, "warmup": 0, "lr": 0.01},
    )
    for name, recipe in (("zero", zero_reference), ("likelihood", likelihood)):
        reports = []
        run(recipe, tmp_path / name, image_sets, report=reports.append)
        assert reports[-1].loss < reports[0].loss
    wrong = make_recipe(loss={"name": "cross_entropy"})
    with pytest.raises(RecipeError, match="cross_entropy judges logits, which unet does not give"):
        run(wrong, tmp_path / "wrong", image_sets)
