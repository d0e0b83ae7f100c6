# SPDX-License-Identifier: LGPL-2.1-or-later
"""Windows that show themselves in the cell of a notebook."""
from __future__ import annotations

import html
import importlib
import importlib.util
import json
import os
import sys
import weakref
from pathlib import Path
from typing import Optional
from urllib.parse import quote, urlsplit

from . import _library, _windows
from ._errors import failure
from ._objects import Objects, objects_text
from ._picture import Image, checked
from ._windows import waitKey


class Window:
    """A window that is there as long as this object is. As the last thing in a notebook's cell it shows itself there.

    One of the same name is closed, and its object's imshow() raises error from then on: a cell that is run again has one
    window. All functions of windows take it by its name: cv_launch.createTrackbar("low", window.name, 0, 255).
    """

    waitKey = staticmethod(waitKey)

    def __init__(self, name: str, height: int = 480) -> None:
        """Raises error where no cv-launch can be started. height: in the cell, in pixels."""
        self.height = height
        self._window = _windows.replace(name)
        # at the end of the program its last picture is to stay
        self._ending = weakref.finalize(self, _windows.end, self._window)
        self._ending.atexit = False

    @property
    def name(self) -> str:
        return self._window.name

    @property
    def title(self) -> str:
        return self._window.name if self._window.title is None else self._window.title

    @title.setter
    def title(self, title: str) -> None:
        with _windows.held(self._window):
            _windows.setWindowTitle(self.name, title)

    @property
    def address(self) -> str:
        """Of its page, as the notebook's browser finds it."""
        return f"{_server()}?window={quote(self.name, safe='')}"

    def imshow(self, mat: Image, objects: Optional[Objects] = None) -> None:
        """As cv_launch.imshow(). Raises error where the window is closed, or another one has its name."""
        image, channels = checked(mat)
        found = objects_text(objects)
        with _windows.held(self._window):
            self._window.show(image, channels, found)

    def close(self) -> None:
        self._ending()

    def _repr_html_(self) -> str:
        title = html.escape(self.title)
        return (f'<iframe src="{html.escape(self.address)}" title="{title}" width="100%" height="{self.height}" style="border: 0">'
                '</iframe>')

    def __repr__(self) -> str:
        return f"<cv_launch.Window {self.name!r}>"


def _server() -> str:
    """Where the notebook's browser finds our cv-launch, in an address that it shows in a frame."""
    own = urlsplit(os.environ.get("CV_LAUNCH_ADDRESS") or _library.address())
    if not own.port:
        raise failure("where the cv-launch of CV_LAUNCH_WINDOWS is seen is not known; say it in CV_LAUNCH_ADDRESS")
    place = os.environ.get("CV_LAUNCH_PROXY") or _jupyter_proxy() or f"{own.scheme}://{own.netloc}/"
    key = os.environ.get(_library.FRAME_KEY)
    return place.replace("{port}", str(own.port)) + (f"{key}/" if key else "")


def _jupyter_proxy() -> Optional[str]:
    """Where the Jupyter server of this kernel shows a port, below its own address. None: it does not, as far as we know."""
    if _in_editor() or not importlib.util.find_spec("jupyter_server_proxy"):
        return None
    base = os.environ.get("JUPYTERHUB_SERVICE_PREFIX") or _base_of_server()
    return f"{base}proxy/{{port}}/" if base else None


def _in_editor() -> bool:
    """Whether VS Code had a Jupyter server start this kernel, and left its mark: its page is not the server's, so that no path leads there."""
    return "JPY_PARENT_PID" in os.environ and hasattr(sys.modules["__main__"], "__vsc_ipynb_file__")


def _base_of_server() -> Optional[str]:
    """A Jupyter server writes for others where it is. A kernel that an editor has started has none."""
    paths = importlib.import_module("jupyter_core.paths")
    try:
        server = Path(paths.jupyter_runtime_dir(), f"jpserver-{os.environ['JPY_PARENT_PID']}.json")
        return str(json.loads(server.read_text())["base_url"])
    except (OSError, ValueError, KeyError):
        return None
