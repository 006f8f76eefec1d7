"""The rules of the house that can be read off the tree, and proof that each reading sees a fault.

A check takes {path: source} and yields one sentence for each fault.
"""

import ast
import inspect
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

import autodiff
from autodiff.core.op import Op

ROOT = Path(__file__).parents[1]
PACKAGE = "autodiff"
# Each floor stands on the ones above it; folders on one floor do not know each other.
FLOORS = (
    ("core",),
    ("ops",),
    ("interpret",),
    ("transform",),
    ("numeric", "symbolic", "sparse", "compile"),
    ("optimize", "distributed"),
    ("show",),
    ("linalg", "fft"),
    ("autograd", "testing", "numpy", "scipy"),
    ("special", "lax"),
    ("compat",),
    ("__init__",),
    ("examples",),
    ("cli",),
    ("__main__",),
)
LEVEL = {name: level for level, names in enumerate(FLOORS) for name in names}
LONGEST = 400
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
NAMELESS = {"utils", "util", "helpers", "helper", "common", "misc"}


def read(*folders):
    """{path: source} of the Python files in `folders` of the repository."""
    found = sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))
    return {str(path.relative_to(ROOT)): path.read_text("utf-8") for path in found}


def module_name(path):
    """`autodiff.core.op` of "autodiff/core/op.py"; a folder's `__init__.py` is the folder."""
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def imports(path, tree, modules):
    """(own module that is imported, statement) for each import in a file."""
    package = str(Path(path).parent).replace("/", ".")
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            targets = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            parts = package.split(".")[: 1 - node.level or None] if node.level else []
            base = ".".join([*parts, node.module] if node.module else parts)
            inner = [f"{base}.{alias.name}" for alias in node.names]
            targets = [name if name in modules else base for name in inner]
        else:
            continue
        for target in dict.fromkeys(targets):
            if target.split(".")[0] == PACKAGE:
                yield target, node


def floor(module):
    """The name under which a module stands in FLOORS."""
    return [*module.split("."), "__init__"][1]


def upward_imports(files):
    modules = {module_name(path) for path in files}
    for path, source in files.items():
        here = floor(module_name(path))
        if here not in LEVEL:
            yield f"{path}: {here} stands on no floor; give it a place in FLOORS"
            continue
        for target, node in imports(path, ast.parse(source), modules):
            there = floor(target)
            if there != here and LEVEL.get(there, len(FLOORS)) >= LEVEL[here]:
                yield f"{path}:{node.lineno}: {here} imports {there}, which is not below it"


def circles(files):
    modules = {module_name(path) for path in files}
    below = {
        module_name(path): {
            target
            for target, _ in imports(path, ast.parse(source), modules)
            if target in modules and target != module_name(path)
        }
        for path, source in files.items()
    }
    while free := [module for module, needs in below.items() if not needs & below.keys()]:
        for module in free:
            del below[module]
    # What is left stands on a circle or above one; a module nobody left imports is above.
    while above := below.keys() - set().union(*below.values()):
        for module in above:
            del below[module]
    if below:
        yield f"imports in a circle: {', '.join(sorted(below))}"


def late_imports(files):
    modules = {module_name(path) for path in files}
    for path, source in files.items():
        tree = ast.parse(source)
        functions = [node for node in ast.walk(tree) if isinstance(node, FUNCTIONS)]
        inside = {node.lineno for f in functions for _, node in imports(path, f, modules)}
        yield from (f"{path}:{line}: own import inside a function" for line in sorted(inside))


def long_files(files):
    for path, source in files.items():
        if (lines := len(source.splitlines())) > LONGEST:
            yield f"{path}: {lines} lines, {LONGEST} at most"


def nameless_modules(files):
    for path in files:
        if path.startswith("autodiff/compat/"):  # the names are those of another library
            continue
        if names := NAMELESS.intersection(path.removesuffix(".py").split("/")):
            yield f"{path}: {names.pop()} says nothing about what is inside"


def numpy_in_rules(files):
    for path, source in files.items():
        for rule in ast.walk(ast.parse(source)):
            if not isinstance(rule, ast.Lambda) or not rule.args.args:
                continue
            names = {node.id for node in ast.walk(rule.body) if isinstance(node, ast.Name)}
            if rule.args.args[0].arg in {"t", "g"} and "np" in names:
                yield f"{path}:{rule.lineno}: a rule that calls np. serves arrays only"


def classes_of_tests(files):
    """Classes that are no subject of a test: one is local to it, derives from something or is
    decorated."""
    for path, source in files.items():
        tree = ast.parse(source if Path(path).name.startswith("test_") else "")
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef):
                groups = any(getattr(item, "name", "").startswith("test") for item in node.body)
                subject = node not in tree.body or node.decorator_list or node.bases
                if groups or node.name.startswith("Test") or not subject:
                    yield f"{path}:{node.lineno}: class {node.name}; a test is a function"


def undocumented(module):
    """Public names of a module that bring no docstring of their own."""
    for name, value in sorted(vars(module).items()):
        if name.startswith("_") or isinstance(value, int | float | complex | str | tuple):
            continue
        inherited = None if inspect.isroutine(value) else getattr(type(value), "__doc__", None)
        if not (doc := getattr(value, "__doc__", None)) or doc == inherited:
            yield f"{PACKAGE}.{name} has no docstring"


def unexplained(rows):
    """Rows that readers cannot print; users may leave notation out of theirs, we may not."""
    for row in rows:
        if not row.__doc__ or not row.latex:
            yield f"operator {row.name} lacks {'latex' if row.__doc__ else 'doc'}"


CHECKS = {
    upward_imports: ("autodiff",),
    circles: ("autodiff",),
    late_imports: ("autodiff",),
    long_files: ("autodiff", "tests", "benchmarks", "examples", "docs"),
    nameless_modules: ("autodiff", "tests", "benchmarks", "examples", "docs"),
    numpy_in_rules: ("autodiff/ops",),
    classes_of_tests: ("tests",),
}


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_the_tree_keeps_the_rule(check):
    files = read(*CHECKS[check])
    assert files
    assert list(check(files)) == []


def test_every_public_name_is_documented():
    assert list(undocumented(autodiff)) == []


def test_every_operator_of_the_library_is_explained():
    modules = [module for name, module in sys.modules.items() if name.startswith("autodiff.ops.")]
    values = [value for module in modules for value in vars(module).values()]
    rows = {id(value): value for value in values if isinstance(value, Op)}
    assert rows
    assert list(unexplained(rows.values())) == []


@pytest.mark.parametrize(("doc", "latex", "lack"), [("", "x", "doc"), ("Sine.", None, "latex")])
def test_an_operator_without_explanation_is_seen(doc, latex, lack):
    row = SimpleNamespace(name="sin", __doc__=doc, latex=latex)
    assert list(unexplained([row])) == [f"operator sin lacks {lack}"]


SOUND = {
    "autodiff/__init__.py": "from .core.op import Op as Op\nfrom .interpret import tape\n",
    "autodiff/core/__init__.py": "",
    "autodiff/core/spec.py": "import numpy as np\n",
    "autodiff/core/op.py": "from .spec import Spec\nfrom . import spec\n",
    "autodiff/ops/__init__.py": "",
    "autodiff/ops/sine.py": "from ..core.op import Op\nsin = Op(lambda t, y, x: t * cos(x))\n",
    "autodiff/interpret/__init__.py": "",
    "autodiff/interpret/tape.py": "from ..ops import sine\ndef plot():\n    import matplotlib\n",
    "autodiff/cli.py": "import autodiff as ad\n",
}


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_a_sound_tree_passes(check):
    assert not list(check(SOUND))


@pytest.mark.parametrize(
    ("check", "path", "source", "fault"),
    [
        (upward_imports, "autodiff/core/op.py", "from ..ops import sine", "core imports ops"),
        (upward_imports, "autodiff/core/op.py", "import autodiff.ops.sine", "core imports ops"),
        (upward_imports, "autodiff/core/op.py", "from .. import Op", "core imports __init__"),
        (upward_imports, "autodiff/numeric/a.py", "from ..symbolic import x", "numeric imports"),
        (upward_imports, "autodiff/show/__init__.py", "from ..cli import main", "show imports cli"),
        (upward_imports, "autodiff/testing.py", "from .examples import x", "imports examples"),
        (upward_imports, "autodiff/attic/old.py", "", "attic stands on no floor"),
        (circles, "autodiff/core/spec.py", "from .op import Op", "autodiff.core.op, autodiff.core"),
        (circles, "autodiff/core/spec.py", "from . import op", "autodiff.core.op, autodiff.core"),
        (late_imports, "autodiff/core/op.py", "def f():\n    from . import spec", "op.py:2"),
        (late_imports, "autodiff/core/op.py", "def f():\n    import autodiff.cli", "op.py:2"),
        (long_files, "autodiff/core/op.py", "x = 1\n" * 401, "401 lines"),
        (nameless_modules, "autodiff/core/utils.py", "", "utils says nothing"),
        (nameless_modules, "tests/helpers/__init__.py", "", "helpers says nothing"),
        (numpy_in_rules, "autodiff/ops/a.py", "f(\n lambda t, y, x: t * np.cos(x))", "a.py:2"),
        (numpy_in_rules, "autodiff/ops/a.py", "lambda g, y, x: g * np.pi", "a.py:1"),
        (classes_of_tests, "tests/test_a.py", "class TestA:\n    pass", "class TestA"),
        (classes_of_tests, "tests/test_a.py", "class A(B):\n def test_b(self): pass", "class A"),
        (classes_of_tests, "tests/test_a.py", "class A:\n    def b(self): pass", "a.py:1"),
    ],
)
def test_a_planted_fault_is_seen(check, path, source, fault):
    faults = list(check({**SOUND, path: source}))
    assert len(faults) == 1
    assert fault in faults[0]


LOCAL = "def test_a():\n    class Holder:\n        f = ad.no_grad()(abs)\n"


@pytest.mark.parametrize(
    "subject",
    ["@dataclass\nclass Point:\n    x: float\n", "class Cube(ad.Function):\n    pass\n", LOCAL],
)
def test_a_class_under_test_is_no_fault(subject):
    assert not list(classes_of_tests({"tests/test_a.py": subject}))


def test_a_public_name_without_docstring_is_seen(monkeypatch):
    monkeypatch.setattr(autodiff, "bare", lambda x: x, raising=False)
    monkeypatch.setattr(autodiff, "instance", Path(), raising=False)
    faults = list(undocumented(autodiff))
    assert "autodiff.bare has no docstring" in faults
    assert "autodiff.instance has no docstring" in faults
