"""Compiled functions as object files: C programs link them, and find the same numbers."""

import re
import shutil
import subprocess

import numpy as np
import pytest

import autodiff as ad
from autodiff.compile.export import export
from autodiff.core.spec import Spec

RNG = np.random.default_rng(0)
TABLE = RNG.normal(size=(7, 7))
REAL, SINGLE = np.dtype(np.float64), np.dtype(np.float32)


def loops(x, w):
    s = ad.while_loop(lambda s: (s * s).sum() < 100, lambda s: s * 1.3 + 0.01 * w, x)
    return ad.fori_loop(0, 40, lambda i, v: 0.3 * ad.sin(v @ TABLE) + 0.5 * v, s).sum()


def mixed(x, w):
    return {"a": ad.exp(-x) * w + x[np.array([0, 2, -1])].sum(), "b": ad.tanh(x @ TABLE)}


def layers(a, b):
    return (ad.tanh(a @ b) @ b.T).mean()


def equations(x, y):
    n = x.shape[-1]
    a = ad.matmul(x, ad.matrix_transpose(x)) + np.eye(n)
    x = 0.3 * x + 3 * np.eye(n) + np.arange(n)
    each = ad.linalg.slogdet(a)[1] + ad.linalg.det(x / n) + ad.linalg.inv(x).sum((-1, -2))
    low = ad.linalg.cholesky(a)
    rest = ad.linalg.solve_triangular(low, y, lower=True).sum((-1, -2))
    found = ad.linalg.solve(x, y) + ad.linalg.solve_triangular(low, y[..., :1], True, lower=True)
    return (each + rest + (low @ found).sum((-1, -2))).sum()


CASES = [
    (ad.value_and_grad(loops, argnums=(0, 1)), [Spec((7,), REAL)] * 2),
    (mixed, [Spec((7,), REAL), Spec((), REAL)]),
    (ad.grad(layers), [Spec((30, 20), np.dtype(np.float32)), Spec((20, 25), np.dtype(np.float32))]),
    (ad.grad(lambda x: ad.while_loop(lambda s: s < 50, lambda s: s * 2 + x, x)), [Spec((), REAL)]),
    (lambda x: (ad.cumsum(x, 0) * 2, ad.argmax(x, 1), ad.argmin(x)), [Spec((4, 9), REAL)]),
    (lambda x: ad.real(ad.exp(1j * x) * x).sum() + ad.linalg.norm(x), [Spec((9,), REAL)]),
    (ad.value_and_grad(equations), [Spec((2, 3, 3), REAL), Spec((2, 3, 1), REAL)]),
    (ad.value_and_grad(equations), [Spec((2, 6, 6), REAL), Spec((2, 6, 2), REAL)]),
    (ad.value_and_grad(equations), [Spec((40, 40), REAL), Spec((40, 3), REAL)]),
    (ad.grad(equations), [Spec((9, 9), SINGLE), Spec((9, 2), SINGLE)]),
]


@pytest.mark.parametrize(("f", "specs"), CASES)
def test_a_c_program_finds_the_same(f, specs, tmp_path):
    files = export(f, specs, tmp_path / "model")
    assert [p.name for p in files] == ["model.o", "model.h", "model_test.c", "model.ll"]
    gcc = shutil.which("gcc")
    assert gcc is not None
    command = [
        gcc,
        "-Wall",
        "-Werror",
        "model_test.c",
        "model.o",
        "-o",
        "check",
        "-lm",
        "-lpthread",
    ]
    subprocess.run([*command, "-lm", "-lpthread"], cwd=tmp_path, check=True)
    done = subprocess.run([tmp_path / "check"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "right: 0 of the results differ\n")


def test_what_cannot_be_exported(tmp_path):
    x = [Spec((3,), REAL)]
    with pytest.raises(ad.ArgumentError, match="asks for the value"):
        export(lambda x: x if x[0] > 0 else -x, x, tmp_path / "m")
    with pytest.raises(ad.ArgumentError, match="has no native code"):
        export(lambda x: ad.sort(x), x, tmp_path / "m")
    with pytest.raises(ad.ArgumentError, match="complex128 has no type in C"):
        export(lambda x: x * 2j, x, tmp_path / "m")
    with pytest.raises(ad.ArgumentError, match="is none of C"):
        export(lambda x: x * 2, x, tmp_path / "m", name="2 much")
    with pytest.raises(ad.ArgumentError, match="constant"):
        export(lambda x: (x, 3.0), x, tmp_path / "m")


def test_a_c_function_tells_of_a_singular_matrix(tmp_path):
    for n in (3, 6):
        files = export(ad.linalg.inv, [Spec((n, n), REAL)], tmp_path / f"inverse{n}")
        text = re.sub(r"in0\[k\] = .*;", "in0[k] = 1.0;", files[2].read_text())
        (tmp_path / "ones.c").write_text(text)
        command = ["gcc", "ones.c", f"inverse{n}.o", "-o", "check", "-lm", "-lpthread"]
        subprocess.run(command, cwd=tmp_path, check=True)
        done = subprocess.run([tmp_path / "check"], capture_output=True, text=True, check=False)
        assert (done.returncode, done.stdout) == (2, "failed\n")
