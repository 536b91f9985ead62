"""YAML as people write it: ``1e-4`` is a number too; and settings written ``key=value``."""

import re
from collections.abc import Iterable
from typing import Any

import yaml

from nitido.errors import SettingError


class _Loader(yaml.SafeLoader):
    """Safe YAML 1.1 with the floats of 1.2, which need neither a point nor a sign."""


_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:float",
    re.compile(r"[-+]?(\d+(\.\d*)?|\.\d+)[eE][-+]?\d+$"),
    list("-+.0123456789"),
)


def parse_yaml(text: str) -> Any:  # noqa: ANN401
    """Return what a YAML text holds.

    Raises
    ------
    yaml.YAMLError
        If it is no YAML.
    """
    return yaml.load(text, _Loader)


def parse_settings(settings: Iterable[str], example: str) -> dict[str, Any]:
    """Return the values, read as YAML, of settings that are written ``key=value``.

    Raises
    ------
    SettingError
        If one is written otherwise; the message shows `example`.
    """
    values = {}
    for setting in settings:
        key, equals, text = setting.partition("=")
        if not equals:
            raise SettingError(f"{setting}: write key=value, for example {example}.")
        try:
            values[key] = parse_yaml(text)
        except yaml.YAMLError:
            raise SettingError(f"{setting}: {text} is no value in YAML.") from None
    return values
