# SPDX-License-Identifier: LGPL-2.1-or-later
"""An OpenCV that can't take its windows from cv-launch's plugin, as pip's can't, gets them from the package cv_launch."""
import sys
import threading

_search = threading.local()


def find_spec(asked, path, target):
    """Where cv2 is. asked: our finder, which has been asked for it. That may be all: who asks need not import it."""
    if getattr(_search, "going_on", False):
        return None  # another finder asks all of them
    _search.going_on = True
    try:
        found = (finder.find_spec("cv2", path, target) for finder in list(sys.meta_path) if finder is not asked)
        spec = next(filter(None, found), None)
    finally:
        _search.going_on = False
    if not spec:
        return None
    # Debian's is a single .so, over libraries that have a loader for our plugin
    if (spec.origin or "").endswith("__init__.py"):
        _replace_when_loaded(spec, asked)
    return spec


def _replace_when_loaded(spec, asked):
    load = spec.loader.exec_module

    def exec_module(module):
        if asked in sys.meta_path:
            sys.meta_path.remove(asked)  # pip's cv2 imports another cv2 inside of its own
        try:
            load(module)
        except BaseException:
            sys.meta_path.insert(0, asked)  # it may be imported again
            raise
        try:
            from cv_launch._replace import replace_windows_of
        except ImportError as wrong:
            print("cv-launch: OpenCV's windows can't be shown: %s" % wrong, file=sys.stderr)
        else:
            replace_windows_of(module)

    spec.loader.exec_module = exec_module
