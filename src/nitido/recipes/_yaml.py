"""YAML as people write it: ``1e-4`` is a number too."""

import re
from typing import Any

import yaml


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
