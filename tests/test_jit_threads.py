"""Large steps are shared by two threads: the same bits, whoever computes which block."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

import autodiff as ad
from autodiff.compile import product, program
from autodiff.compile.jit import jit

RNG = np.random.default_rng(0)


@pytest.fixture(autouse=True)
def no_disk(monkeypatch):
    monkeypatch.setenv("AUTODIFF_CACHE", "")


@pytest.fixture
def shared(monkeypatch):
    """Every step that can be shared is, however many threads the machine has."""
    monkeypatch.setattr(product, "SHARED", 1)
    monkeypatch.setattr(product, "threads", lambda: 1)
    monkeypatch.setattr(program, "SHARED", 1)
    monkeypatch.setattr(program, "CORES", 2)


SIZES = [
    (1000, 800, 32), (32, 800, 1000), (65, 64, 1), (64, 65, 1200), (1, 5000, 30), (33, 100, 3),
    (31, 2, 700), (0, 5, 3), (5, 0, 3), (70, 70, 0), (200, 200, 200),
]  # fmt: skip


@pytest.mark.parametrize("dtype", ["f8", "f4"])
@pytest.mark.parametrize("size", SIZES)
def test_products_in_parts(shared, size, dtype):
    m, n, k = size
    a, b = RNG.normal(size=(m, k)).astype(dtype), RNG.normal(size=(k, n)).astype(dtype)
    tolerance = 1e-3 if dtype == "f4" else 1e-9
    c = jit(lambda x, y: x @ y)
    for x in (a, np.asfortranarray(a), np.repeat(a, 2, 0)[::2]):
        for y in (b, np.asfortranarray(b), np.repeat(b, 2, 1)[:, ::2]):
            np.testing.assert_allclose(c(x, y), x @ y, rtol=tolerance, atol=tolerance)


def test_stacks_of_products(shared):
    a, b = RNG.normal(size=(5, 40, 60)), RNG.normal(size=(5, 60, 70))
    np.testing.assert_allclose(jit(lambda x, y: x @ y)(a, b), a @ b, rtol=1e-9, atol=1e-9)


def work(x, y):
    return ad.exp(-x * x).sum() + (ad.tanh(x @ y) ** 2).sum(), ad.sin(x) * x


def test_the_same_bits_from_any_number_of_callers(shared):
    x, y = RNG.normal(size=(400, 300)), RNG.normal(size=(300, 200))
    c = jit(work)
    first = c(x, y)
    assert any(row.parallel for row in c.last.rows)
    np.testing.assert_allclose(first[0], work(x, y)[0], rtol=1e-10)
    with ThreadPoolExecutor(4) as pool:
        for found in pool.map(lambda _: c(x, y), range(60)):
            assert found[0] == first[0] and np.array_equal(found[1], first[1])


FORK = """
import os
import numpy as np
from autodiff.compile import program
from autodiff.compile.jit import jit
import autodiff as ad
program.SHARED, program.CORES = 1, 2
x = np.linspace(0, 1, 300_000)
c = jit(lambda x: ad.sin(x) * x)
wanted = c(x)
child = os.fork()
same = np.array_equal(c(x), wanted)
if not child:
    os._exit(0 if same else 3)
assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0 and same
"""


def test_a_child_process_has_no_helper_and_answers():
    subprocess.run([sys.executable, "-W", "ignore", "-c", FORK], check=True, timeout=120)
