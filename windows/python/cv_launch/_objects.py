# SPDX-License-Identifier: LGPL-2.1-or-later
"""Objects in JSON. They are taken as cv_model takes them."""
from __future__ import annotations

import json
import math
import sys
from collections.abc import Iterable, Mapping
from typing import Any, Optional

import numpy

Objects = Iterable[Mapping[str, object]]
"""A list of dicts, one for each object."""

_MOST = 1 << 20  # bytes


def objects_text(objects: Optional[Objects]) -> Optional[bytes]:
    """The objects as a JSON array; those with a number that is none are left out, and named on stderr."""
    if objects is None:
        return None
    if isinstance(objects, (str, bytes, Mapping)) or not isinstance(objects, Iterable):
        raise TypeError(f"objects must be a list of dicts; they are {objects!r}")
    good = []
    for index, given in enumerate(objects):
        if not isinstance(given, Mapping):
            raise TypeError(f"objects must be a list of dicts; object {index} is {given!r}")
        found = {str(key): _plain(value, f"{key} of object {index}") for key, value in given.items()}
        wrong = next((key for key, value in found.items() if _has_nan(value)), None)
        if wrong is None:
            good.append(found)
        else:
            print(f"object {index} is left out: {wrong} is {found[wrong]}", file=sys.stderr)
    text = json.dumps(good, ensure_ascii=False, allow_nan=False).encode()
    if len(text) > _MOST:
        raise ValueError(f"{len(good)} objects have {len(text)} bytes as JSON; at most {_MOST} are taken")
    return text


def _plain(value: Any, name: str) -> Any:
    """The value in Python's own types that JSON has."""
    if isinstance(value, Mapping):
        return {str(key): _plain(item, f"{key} of {name}") for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item, name) for item in value]
    if isinstance(value, str):
        return value.encode(errors="replace").decode()  # the name of a file may have bytes that are no text
    if isinstance(value, numpy.floating):
        return float(value)
    if value is None or isinstance(value, (bool, int, float)):
        return value
    plain = value.tolist() if hasattr(value, "tolist") else value  # numpy, torch and others
    if type(plain) is type(value):
        raise TypeError(f"{name} is {value!r}; JSON has no {type(value).__name__}")
    return _plain(plain, name)


def _has_nan(value: Any) -> bool:
    if isinstance(value, dict):
        return any(map(_has_nan, value.values()))
    if isinstance(value, list):
        return any(map(_has_nan, value))
    return isinstance(value, float) and not math.isfinite(value)
