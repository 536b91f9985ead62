"""How the authors of SwinIR call its settings and tensors."""

from collections.abc import Mapping
from typing import Any

from torch import Tensor

from nitido.errors import SettingError, WeightsError
from nitido.networks._blocks import count, own_names, renamed

_OWN = {
    **{name: name for name in ("channels", "features", "depths", "heads", "window", "expansion")},
    **{name: name for name in ("scale", "light", "value_range")},
    "in_chans": "channels",
    "embed_dim": "features",
    "num_heads": "heads",
    "window_size": "window",
    "mlp_ratio": "expansion",
    "upscale": "scale",
    "upsampler": "light",
    "img_range": "value_range",
}
_LIGHT = {"": False, None: False, "pixelshuffle": False, "pixelshuffledirect": True}
_DERIVED = ("attn_mask", "relative_position_index")  # they follow from the settings
_RENAMED = [
    (r"^conv_first\.", "head."),
    (r"^patch_embed\.norm\.", "entry_norm."),
    (r"^norm\.", "exit_norm."),
    (r"^conv_after_body\.", "smooth."),
    (r"^conv_before_upsample\.", "gather."),
    (r"^upsample\.", "enlarge."),
    (r"^conv_last\.", "tail.0."),
    (r"^layers\.(\d+)\.conv\.", r"groups.\1.tail."),
    (r"^layers\.(\d+)\.residual_group\.blocks\.", r"groups.\1.layers."),
    (r"\.norm1\.", ".attention_norm."),
    (r"\.norm2\.", ".mix_norm."),
    (r"\.attn\.relative_position_bias_table$", ".attention.place_bias"),
    (r"\.attn\.qkv\.", ".attention.qkv."),
    (r"\.attn\.proj\.", ".attention.merge."),
    (r"\.mlp\.fc1\.", ".mix.0."),
    (r"\.mlp\.fc2\.", ".mix.2."),
]


def own_settings(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Translate settings to our names, lists to tuples.

    Raises
    ------
    SettingError
        If a setting is unknown, or asks for a kind of SwinIR that is not offered.
    """
    given = {name: tuple(v) if isinstance(v, list) else v for name, v in settings.items()}
    given.pop("img_size", None)  # it only prepares masks for this size
    connection = given.pop("resi_connection", "1conv")
    if connection != "1conv":
        raise SettingError(f"resi_connection: {connection!r} found; there is only 1conv.")
    if "upsampler" in given:
        if given["upsampler"] not in _LIGHT:
            raise SettingError(
                f"upsampler: {given['upsampler']!r} found; there are pixelshuffledirect, "
                "pixelshuffle and, at the size of the input, an empty name."
            )
        given["upsampler"] = _LIGHT[given["upsampler"]]
    return own_names(given, _OWN)


def own_tensors(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Translate the names of tensors; an unknown one comes out unknown."""
    kept = {key: tensor for key, tensor in state.items() if not key.endswith(_DERIVED)}
    return renamed(kept, _RENAMED)


def settings_of(own: Mapping[str, Tensor]) -> dict[str, Any]:
    """Read all settings but the range of values off the tensors.

    Raises
    ------
    WeightsError
        If one that tells a setting is missing or has too few dimensions.
    """

    def shape(key: str, dimensions: int) -> tuple[int, ...]:
        if key not in own or own[key].ndim != dimensions:
            raise WeightsError(
                f"No SwinIR in the {len(own)} tensors found: there is no {key} of {dimensions} "
                "dimensions; check the network's name."
            )
        return tuple(own[key].shape)

    groups = range(max(count(own, r"groups\.(\d+)\."), 1))
    features, channels = shape("head.weight", 4)[:2]
    tables = [shape(f"groups.{g}.layers.0.attention.place_bias", 2) for g in groups]
    scale, light = 1, "gather.0.weight" not in own and "enlarge.0.weight" in own
    for i in range(count(own, r"enlarge\.(\d+)\.")):
        wide, entering = shape(f"enlarge.{2 * i}.weight", 4)[:2]
        scale *= round((wide / (channels if light else entering)) ** 0.5)
    return {
        "channels": channels,
        "features": features,
        "depths": tuple(count(own, rf"groups\.{g}\.layers\.(\d+)\.") for g in groups),
        "heads": tuple(heads for _, heads in tables),
        "window": (round(tables[0][0] ** 0.5) + 1) // 2,
        "expansion": shape("groups.0.layers.0.mix.0.weight", 2)[0] // features,
        "scale": scale,
        "light": light,
    }
