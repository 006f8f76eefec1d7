"""Manners of compiled functions: threads, memory, pickles, budgets, the disk, what they tell."""

import gc
import pickle
import sys
import threading
import tracemalloc

import numpy as np
import pytest
from jit_programs import MATRIX, RNG, X, Y, f, no_disk, rosenbrock, same  # noqa: F401

import autodiff as ad
from autodiff.compile import driver, jitted as module, native, store
from autodiff.compile.graphs import NativePlan
from autodiff.compile.jit import jit
from autodiff.compile.jitted import Jitted
from autodiff.compile.notice import CompileWarning
from autodiff.compile.report import memory_report


def test_threads_share_a_function():
    c = jit(lambda x: ad.exp(x).sum() + (x @ x))
    xs = RNG.normal(size=(8, 50_000)) * 0.1
    wanted, found = [c(x) for x in xs], {}

    def work(i):
        found[i] = [c(xs[i]) for _ in range(20)]

    threads = [threading.Thread(target=work, args=(i,)) for i in range(8)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert all(set(found[i]) == {wanted[i]} for i in range(8))


def test_thousands_of_calls_and_many_compiles_keep_no_memory():
    for i in range(30):
        c = jit(lambda x, i=i: x * i + ad.exp(x))
        c(X)
        del c
    gc.collect()
    c = jit(lambda x: (x * 2, x.sum()))
    before = sys.getrefcount(X)
    for _ in range(3000):
        c(X)
    assert sys.getrefcount(X) == before


def test_a_dropped_function_lets_go_of_its_memory():
    x = RNG.normal(size=(200, 200))
    tracemalloc.start()
    for i in range(60):
        c = jit(lambda x, i=i: x * (i % 3) + x)
        c(x)
        del c
        if i == 20:
            gc.collect()
            before = tracemalloc.get_traced_memory()[0]
    gc.collect()
    grown = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    assert grown < 10 * x.nbytes


def test_pickles():
    c = pickle.loads(pickle.dumps(jit(rosenbrock)))
    assert type(c) is Jitted
    same(c(X), rosenbrock(X))


def test_warmup_compiles_ahead():
    c = jit(f).warmup(ad.Spec((5,), np.dtype(float)), ad.Spec((5,), np.dtype(float)))
    assert len(c.programs) == 1
    c(X, Y)
    assert len(c.programs) == 1


def test_background_answers_at_once():
    c = jit(lambda x: ad.tanh(x) * 5, background=True)
    same(c(X), np.tanh(X) * 5)
    c.awake.join()
    same(c(X), np.tanh(X) * 5)
    assert len(c.programs) == 1
    same(c(X[:3]), np.tanh(X[:3]) * 5)  # another shape: as it is, once more
    for thread in list(c.pending.values()):
        thread.join()
    same(c(X[:3]), np.tanh(X[:3]) * 5)
    assert len(c.programs) == 2


def test_background_takes_changed_arguments_containers_and_derivatives():
    c = jit(lambda p, k: p["a"] * k + ad.sin(p["b"]).sum(), background=True, static_argnums=(1,))
    p = {"a": X.copy(), "b": Y}
    first = c(p, 2)
    p["a"][:] = 0  # while it is being traced
    same(first, X * 2 + np.sin(Y).sum())
    same(ad.grad(lambda y: c({"a": X, "b": y}, 3).sum())(Y), 5 * np.cos(Y))
    c.awake.join()
    same(c({"a": X, "b": Y}, 2), first)
    same(pickle.loads(pickle.dumps(jit(f, background=True)))(X, Y), f(X, Y))


def test_background_leaves_errors_to_the_caller():
    def g(x):
        raise ValueError("of its own")

    c = jit(g, background=True)
    for _ in range(2):
        with pytest.raises(ValueError, match="of its own"):
            c(X)
    with pytest.raises(ad.GraphError, match="not compiled yet"):
        c.report  # noqa: B018


def test_budget_is_a_time():
    with pytest.raises(ad.ArgumentError, match="seconds"):
        jit(f, budget="soon")
    with pytest.raises(ad.ArgumentError, match="needs a function"):
        jit(3)
    assert jit(f, budget="500ms").budget == 0.5


def test_what_was_compiled_can_be_read():
    c = jit(ad.grad(f))
    with pytest.raises(ad.GraphError, match="not compiled yet"):
        _ = c.report
    c(X, Y)
    assert "nodes traced" in str(c.report)
    assert "define" in c.llvm
    assert "ret" in c.assembly
    assert "operator" in c.graph
    space = {}
    exec(c.source, space)
    same(space["grad_f"](X, Y), ad.grad(f)(X, Y))


def test_code_is_kept_on_the_disk(monkeypatch, tmp_path):
    monkeypatch.setenv("AUTODIFF_CACHE", str(tmp_path))
    monkeypatch.setattr(native, "FUNCTIONS", {})
    jit(lambda x: x * 41 + 5)(X)
    files = list(tmp_path.iterdir())
    assert len(files) == 1

    def unneeded(*args):
        raise AssertionError("compiled again")

    monkeypatch.setattr(native, "FUNCTIONS", {})
    with monkeypatch.context() as patch:
        patch.setattr(native.Engine, "optimized", unneeded)
        same(jit(lambda x: x * 41 + 5)(X), X * 41 + 5)
    for damage in (b"", b"rubbish", files[0].read_bytes()[:-7] + b"rubbish"):
        files[0].write_bytes(damage)
        monkeypatch.setattr(native, "FUNCTIONS", {})
        same(jit(lambda x: x * 41 + 5)(X), X * 41 + 5)
        assert len(files[0].read_bytes()) > 500


def test_the_disk_is_bounded(monkeypatch, tmp_path):
    monkeypatch.setenv("AUTODIFF_CACHE", str(tmp_path))
    monkeypatch.setattr(store, "LIMIT", 10_000)
    for i in range(20):
        store.keep(f"key{i}", bytes(2000))
    store.shrink(tmp_path)
    assert sum(p.stat().st_size for p in tmp_path.iterdir()) <= 10_000
    assert store.kept("key19") == bytes(2000)
    assert store.kept("missing") is None


def test_the_layout_of_objects_is_checked():
    assert driver.supported() is None


def test_symbolic_graphs_run_natively():
    x, y = ad.Variable(name="x"), ad.Variable(name="y")
    z = ad.exp(x) * y + x
    (dx,) = ad.gradients(z, [x])
    plan = NativePlan([z, dx, z], [x, y])
    for shape in ((3,), (2, 4), ()):
        a, b = RNG.normal(size=(2, *shape))
        same(plan([a, b]), ad.Executor([z, dx, z]).run(feed_dict={x: a, y: b}))


def test_many_shapes_are_many_programs(monkeypatch):
    monkeypatch.setattr(module, "SHAPES", 3)
    c = jit(lambda x: x * 2)
    for n in range(3):
        c(np.ones(n))
    with pytest.warns(CompileWarning, match="more than 3 shapes"):
        same(c(np.ones(7)), np.full(7, 2.0))
    same(c(np.ones(2)), np.full(2, 2.0))


def test_a_long_compile_says_so(monkeypatch, capsys):
    monkeypatch.setattr("autodiff.compile.notice.LONG", 0.0)

    def layered(x):
        return ad.sin(x).sum()

    jit(layered)(np.ones(3))
    assert "jit: compiling layered" in capsys.readouterr().err


def test_memory_report_counts_arguments_and_stacks():
    c = jit(ad.grad(lambda x: ad.while_loop(lambda s: s.sum() < 9, lambda s: s * s + 1, x).sum()))
    c(np.ones(3))
    text = memory_report(c)
    assert text.startswith("arguments 24 bytes, results 24 bytes")
    assert "and 1 stacks that grow" in text


def test_jit_with_options_alone_decorates():
    @jit(static_argnums=1, stabilize=False)
    def power(x, n):
        return x**n

    assert power(np.float64(3.0), 2) == 9.0
    assert power.static_argnums == (1,) and not power.stabilize
    assert pickle.loads(pickle.dumps(jit(budget="500ms")(np.sin)))(0.0) == 0.0
