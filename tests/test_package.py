"""What is installed: its facts, its files, and that importing it is quiet and light."""

import os
import re
import subprocess
import sys
import tomllib
import zipfile
from itertools import chain
from pathlib import Path

import pytest

import autodiff

ROOT = Path(__file__).parents[1]
FACTS = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
PINS = (ROOT / "requirements/pins.txt").read_text("utf-8")
DATA = "autodiff/examples/data"


def python(code, **environment):
    """What a fresh interpreter, started outside the repository, prints."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        cwd=ROOT.anchor,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    (path,) = folder.iterdir()
    return path


def test_import_prints_nothing():
    assert python("import autodiff", PYTHONPATH=str(ROOT)) == ""


def test_import_needs_no_package_but_numpy():
    code = """
import sys
before = set(sys.modules)
import autodiff
# Cython's runtime has no spec: it is a shelf inside NumPy's random, not a package.
new = [name for name in set(sys.modules) - before if getattr(sys.modules[name], "__spec__", None)]
new = {name.partition(".")[0] for name in new}
print(*sorted(new - sys.stdlib_module_names - {"autodiff", "numpy"}))
"""
    assert python(code, PYTHONPATH=str(ROOT)).split() == []


def test_facts_of_the_distribution():
    project = FACTS["project"]
    assert project["name"] == "autodiff-numpy"
    assert project["requires-python"] == ">=3.11"
    assert project["dependencies"] == ["numpy>=2.0"]
    assert project["scripts"] == {"autodiff": "autodiff.cli:main"}
    extras = {"jit", "scipy", "show", "symbolic", "dask", "test", "bench"}
    assert extras <= project["optional-dependencies"].keys()


def test_every_need_is_pinned_to_one_version():
    pinned = set(re.findall(r"^([\w.-]+)==[\w.+]+(?= |$)", PINS, re.MULTILINE))
    needs = FACTS["project"]["dependencies"] + FACTS["build-system"]["requires"]
    needs += chain(*FACTS["project"]["optional-dependencies"].values())
    names = {re.match(r"[\w.-]+", need)[0] for need in needs} - {"autodiff-numpy"}
    assert names <= pinned
    rows = [row for row in PINS.splitlines() if not row.startswith("#")]
    assert len(rows) == len(re.findall(r"^[\w.-]+==", PINS, re.MULTILINE))


def test_the_build_backend_is_the_pinned_one():
    (backend,) = FACTS["build-system"]["requires"]
    assert re.search(rf"^{re.escape(backend)}\b", PINS, re.MULTILINE)


def test_pins_name_no_address():
    assert "://" not in PINS
    assert not re.search(r"^-", PINS, re.MULTILINE)


def test_type_information_is_declared():
    assert Path(autodiff.__file__).with_name("py.typed").is_file()


def test_the_wheel_is_pure(wheel):
    assert wheel.name == f"autodiff_numpy-{FACTS['project']['version']}-py3-none-any.whl"


def test_the_wheel_holds_every_file_of_the_package(wheel):
    held = set(zipfile.ZipFile(wheel).namelist())
    own = {path for path in (ROOT / "autodiff").rglob("*") if path.is_file()}
    own = {str(path.relative_to(ROOT)) for path in own if "__pycache__" not in path.parts}
    assert own <= held
    assert any(name.startswith(DATA) and name.endswith(".csv") for name in held)
    assert {name.split("/")[0] for name in held} == {"autodiff", held_facts(wheel)}


def held_facts(wheel):
    """The folder of a wheel that holds its facts, by the standard's name."""
    return f"{'-'.join(wheel.name.split('-')[:2])}.dist-info"


def test_the_wheel_carries_its_licence(wheel):
    assert f"{held_facts(wheel)}/licenses/LICENSE" in zipfile.ZipFile(wheel).namelist()


def test_the_wheel_imports_on_its_own(wheel, tmp_path):
    zipfile.ZipFile(wheel).extractall(tmp_path)
    where = python("import autodiff; print(autodiff.__file__)", PYTHONPATH=str(tmp_path))
    assert Path(where.strip()).is_relative_to(tmp_path)
