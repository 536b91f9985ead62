"""What people write after ``--set``."""

from collections.abc import Iterable
from typing import Any


def parsed(settings: Iterable[str], example: str) -> dict[str, Any]:
    """Return the values, read as YAML, of settings that are written ``key=value``.

    Raises
    ------
    SettingError
        If one is written otherwise; the message shows `example`.
    """
    import yaml

    from nitido.errors import SettingError
    from nitido.recipes import parse_yaml

    values = {}
    for setting in settings:
        key, equals, text = setting.partition("=")
        if not equals:
            raise SettingError(f"--set {setting}: write key=value, for example {example}.")
        try:
            values[key] = parse_yaml(text)
        except yaml.YAMLError:
            raise SettingError(f"--set {setting}: {text} is no value in YAML.") from None
    return values
