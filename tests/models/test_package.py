# SPDX-License-Identifier: LGPL-2.1-or-later
"""models/ as a package: installed by pip into a virtual environment, without a network, by Debian's hatchling."""
import os
import re
import subprocess
import sys
import tarfile
import tempfile
import unittest
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MODELS = ROOT / "models"
ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "PIP_"))} | {"PYTHONDONTWRITEBYTECODE": "1"}


def run(*line, cwd="/"):
    done = subprocess.run(line, cwd=cwd, env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=300)
    if done.returncode:
        raise AssertionError(f"{line}: status {done.returncode}\n{done.stdout}")
    return done.stdout


def contents(wheel):
    with zipfile.ZipFile(wheel) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


class PackageTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = Path(folder.name)
        cls.before = cls.files()
        run(sys.executable, "-m", "venv", "--system-site-packages", cls.folder / "venv")
        cls.python = cls.folder / "venv/bin/python"
        run(cls.python, "-m", "pip", "--isolated", "install", "--no-index", "--no-build-isolation", "--no-deps", MODELS)
        run(sys.executable, "-m", "hatchling", "build", "-d", cls.folder / "dist", cwd=MODELS)
        cls.wheel, = (cls.folder / "dist").glob("*.whl")
        cls.sdist, = (cls.folder / "dist").glob("*.tar.gz")

    def test_is_imported_anywhere(self):
        file = Path(run(self.python, "-c", "import cv_model; print(cv_model.__file__)").strip())
        self.assertTrue(file.is_relative_to(self.folder), file)
        self.assertEqual(file.read_bytes(), (MODELS / "cv_model.py").read_bytes())

    def test_the_script_of_its_readme_runs_on_a_picture(self):
        code, = re.findall(r"```python\n(.*?)```", (MODELS / "README.md").read_text(), re.DOTALL)
        script, picture = self.folder / "my_model.py", self.folder / "picture.pgm"
        script.write_text(code)
        picture.write_bytes(b"P5\n16 16\n255\n" + bytes(256))
        self.assertEqual(run(self.python, script, picture), '{"label": "person", "confidence": 0.9, "x": 10, "y": 20, "w": 30, "h": 60}\n')

    def test_has_one_module_with_its_types_and_the_licence(self):
        information = "cv_model-" + self.version() + ".dist-info/"
        self.assertEqual(set(contents(self.wheel)), {"cv_model/__init__.py", "cv_model/py.typed"} | {
            information + name for name in ("METADATA", "WHEEL", "RECORD", "licenses/LICENSE")})
        self.assertEqual((MODELS / "LICENSE").read_text(), (ROOT / "LICENSE").read_text())

    def test_the_source_archive_makes_the_same(self):
        with tarfile.open(self.sdist) as archive:
            # Python 3.13 wants to be told what is taken from an archive, Debian 12's 3.11.2 can't be told
            archive.extractall(self.folder / "source", **({"filter": "data"} if hasattr(tarfile, "data_filter") else {}))
        source, = (self.folder / "source").iterdir()
        run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", self.folder / "again", cwd=source)
        again, = (self.folder / "again").glob("*.whl")
        self.assertEqual(contents(again), contents(self.wheel))

    def test_nothing_is_left_in_the_folder(self):
        self.assertEqual(self.files(), self.before)

    # Other tests run models meanwhile, and Python keeps what it compiled.
    @staticmethod
    def files():
        return sorted(path for path in MODELS.rglob("*") if "__pycache__" not in path.parts)

    def version(self):
        return run(self.python, "-c", "import importlib.metadata as m; print(m.version('cv-model'))").strip()

    def test_its_version_is_that_of_meson(self):
        self.assertEqual(self.version(), re.search(r"^\s*version: '(.+?)'", (ROOT / "meson.build").read_text(), re.MULTILINE)[1])

    def mypy(self, *arguments):
        line = [sys.executable, "-m", "mypy", "--cache-dir", os.devnull, *arguments]
        done = subprocess.run(line, cwd=self.folder, env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=300)
        return done.returncode, done.stdout

    def test_the_types_are_right(self):
        status, said = self.mypy("--config-file", MODELS / "pyproject.toml", *sorted(MODELS.glob("*.py")))
        self.assertEqual(status, 0, said)

    def user(self, name, code):
        script = self.folder / name
        script.write_text(code)
        return self.mypy("--strict", "--python-executable", self.python, script)

    def test_a_script_that_is_right_is_checked_against_the_installed_types(self):
        status, said = self.user("right.py", """import numpy
import numpy.typing
import cv_model
def typed(image: cv_model.Image) -> cv_model.Objects: return [{"x": 1, "label": "a", "mine": [1]}]
def plain(image: numpy.typing.NDArray[numpy.uint8]) -> list[dict[str, float]]: return [{"x": 1}]
def nothing(image: cv_model.Image) -> None: pass
cv_model.run(typed)
cv_model.run(plain, "gray")
cv_model.run(nothing, format="rgb")
height: int = cv_model.read_picture("a.png").shape[0]
""")
        self.assertEqual(status, 0, said)

    def test_mistakes_are_found_by_the_installed_types(self):
        status, said = self.user("wrong.py", """import cv_model
def number(image: cv_model.Image) -> int: return 1
def right(image: cv_model.Image) -> cv_model.Objects: return []
cv_model.run(number)
cv_model.run(right, "grey")
""")
        self.assertEqual((status, re.findall(r"wrong\.py:(\d+): error: .*\[(.+)\]", said)), (1, [("4", "arg-type"), ("5", "arg-type")]), said)


if __name__ == "__main__":
    unittest.main()
