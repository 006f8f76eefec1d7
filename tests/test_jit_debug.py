"""`jit(f, debug=True)`: the same graph in Python, with the user's lines, under a real debugger."""

import os
import pickle
import subprocess
import sys
import traceback

import numpy as np
import pytest

import autodiff as ad
from autodiff.compile.jit import jit
from autodiff.compile.notice import CompileWarning

X = np.array([0.3, -1.2, 2.0])
PROGRAM = """\
import numpy as np
import autodiff as ad


def loss(w, x):
    y = np.tanh(x @ w)
    {mark}
    z = y * 2 + 1
    return (z**2).sum()


step = ad.jit(ad.value_and_grad(loss), debug=True)
value, slope = step(np.arange(3.0), np.ones((2, 3)))
print("result", float(value))
"""


@pytest.fixture(autouse=True)
def no_disk(monkeypatch):
    monkeypatch.setenv("AUTODIFF_CACHE", "")


def session(tmp_path, mark, commands, *flags):
    """What a debugger says on a program, for these commands on its standard input."""
    path = tmp_path / "prog.py"
    path.write_text(PROGRAM.format(mark=mark))
    found = subprocess.run(
        [sys.executable, *flags, str(path)],
        input="\n".join(commands) + "\n",
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    return found.stdout


def test_breakpoint_in_the_function_stops_where_its_nodes_run(tmp_path):
    first = ["n"] if sys.version_info >= (3, 13) else []  # which stops at breakpoint() itself
    said = session(tmp_path, "breakpoint()", ["p t3", *first, "n", "n", "p t5", "c"])
    assert "prog.py:8: z = y * 2 + 1" in said
    assert "prog.py:9: return (z**2).sum()" in said
    assert "array([0.99505475, 0.99505475])" in said
    assert "array([2.99010951, 2.99010951])" in said
    assert "result 17.88150973217032" in said


def test_a_breakpoint_on_a_line_stops_at_each_of_its_nodes(tmp_path):
    commands = ["b 8", "c", "p values", "c", "p values", "up", "p t4", "down", "tbreak 9", "c", "q"]
    said = session(tmp_path, "pass", commands, "-m", "pdb")
    assert said.count("prog.py(8)loss()") >= 2
    assert "(array([0.99505475, 0.99505475]),)" in said
    assert "(array([1.99010951, 1.99010951]),)" in said
    assert "(Pdb) array([1.99010951, 1.99010951])" in said
    assert "prog.py(9)loss()" in said


def rational(x, y):
    a = x * y + 0.5
    b = np.where(a > 0, a / (1 + y * y), -a)
    return b, np.sqrt(a * a), x[::-1], a > 1


def test_the_same_numbers_as_compiled():
    slow, fast = jit(rational, debug=True)(X, X[::-1]), jit(rational)(X, X[::-1])
    for a, b in zip(slow, fast):
        assert a.dtype == b.dtype
        np.testing.assert_array_equal(a, b)
        assert a.base is None
        a[...] = 0


def network(x, w):
    for _ in range(3):
        x = np.tanh(w @ x) if x[0] > -5 else x
    return ad.logsumexp(x) + ad.fori_loop(0, 3, lambda i, s: np.sin(s) + i, x).sum()


def test_derivatives_loops_and_python_control_flow():
    w = np.random.default_rng(0).normal(size=(3, 3))
    g = ad.value_and_grad(network, argnums=(0, 1))
    slow, fast = jit(g, debug=True), jit(g)
    for x in (X, -3 * X):
        (v, ds), (wanted, cotangents) = slow(x, w), fast(x, w)
        np.testing.assert_allclose(v, wanted, rtol=1e-14)
        for d, c in zip(ds, cotangents):
            np.testing.assert_allclose(d, c, rtol=1e-12)


def test_the_graph_is_the_one_that_is_compiled():
    slow, fast = (
        jit(ad.grad(lambda x: ad.exp(x * 2).sum()), debug=True),
        jit(ad.grad(lambda x: ad.exp(x * 2).sum())),
    )
    slow(X), fast(X)
    assert slow.graph == fast.graph
    assert slow.source == fast.source


def factored(a):
    b = a - 2 * np.eye(2)
    return np.linalg.cholesky(b).sum()


def test_errors_carry_the_users_line():
    with pytest.raises(np.linalg.LinAlgError) as caught:
        jit(factored, debug=True)(np.eye(2))
    line = factored.__code__.co_firstlineno + 2
    frames = traceback.extract_tb(caught.value.__traceback__)
    assert any(f.filename == __file__ and f.lineno == line and f.name == "factored" for f in frames)
    assert f"{__file__}:{line}" in caught.value.__notes__[-1]


def test_errors_before_there_is_a_graph_are_the_functions_own():
    with pytest.raises(ZeroDivisionError):
        jit(lambda x: x / (1 // 0), debug=True)(X)
    with pytest.raises(ValueError, match="matmul"):
        jit(lambda x, y: x @ y, debug=True)(np.ones((2, 2)), X)


def test_what_has_no_graph_runs_as_it_is():
    with pytest.warns(CompileWarning, match="runs without being compiled"):
        np.testing.assert_array_equal(jit(lambda x: x[x > 0] * 2, debug=True)(X), X[X > 0] * 2)


def test_debugged_functions_in_transforms_and_pickles():
    c = jit(network, debug=True)
    w = np.eye(3)
    np.testing.assert_allclose(ad.grad(c)(X, w), ad.grad(network)(X, w), rtol=1e-14)
    again = pickle.loads(pickle.dumps(c))
    assert again.debug
    np.testing.assert_allclose(again(X, w), network(X, w), rtol=1e-14)


def test_lines_of_containers_static_arguments_and_numbers():
    def f(p, k, s):
        return {"y": p["w"] ** k * s, "k": k}

    c = jit(f, static_argnums=1, debug=True)
    found = c({"w": X}, 3, 2.0)
    np.testing.assert_array_equal(found["y"], X**3 * 2)
    assert found["k"] == 3
