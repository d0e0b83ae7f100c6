# SPDX-License-Identifier: LGPL-2.1-or-later
"""Python finds this first under `cv-launch run`, before the script, and in each Python that the script starts. So it is
short: it waits for an import of cv2, which _cv_launch_cv2 looks at then."""
import os
import sys


class _Finder:
    """Asked for every module that is imported."""

    def find_spec(self, name, path=None, target=None):
        if name != "cv2":
            return None
        import _cv_launch_cv2
        return _cv_launch_cv2.find_spec(self, path, target)


def _run_hidden():
    """There may be another sitecustomize behind this one, which Python would have run."""
    here = os.path.dirname(os.path.abspath(__file__))
    ours = sys.modules.pop(__name__)
    at = [place for place, folder in enumerate(sys.path) if folder == here]
    sys.path[:] = [folder for folder in sys.path if folder != here]
    try:
        import sitecustomize  # noqa: F401
    except ImportError as missing:
        if missing.name != __name__:
            raise
    finally:
        sys.modules.setdefault(__name__, ours)
        for place in at:
            sys.path.insert(place, here)


if os.environ.get("CV_LAUNCH_WINDOWS"):
    sys.meta_path.insert(0, _Finder())
_run_hidden()
