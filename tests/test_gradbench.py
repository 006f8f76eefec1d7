"""GradBench's protocol, spoken to a process of its own: every problem at its least size."""

import json
import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest

from benchmarks.gradbench import ba, by_hand, ht, in_c, lstm, ode, protocol
from benchmarks.gradbench.checks import TOLERANCE, error, judged
from benchmarks.gradbench.libraries import EAGER, NATIVE

ROOT = Path(__file__).parent.parent
FUNCTIONS = [
    (name, function)
    for name in protocol.MODULES
    for function in import_module(f"benchmarks.gradbench.{name}").PROBLEM.functions
]


def problem(name):
    return import_module(f"benchmarks.gradbench.{name}").PROBLEM


def small(name):
    """The least input of a problem; smaller than the documented ones where those take long."""
    if name == "lstm":
        return lstm.generated(1, 30)
    if name == "ba":
        return {**ba.inputs()[0][1](), "n": 3, "m": 7, "p": 20}
    return problem(name).inputs()[0][1]()


def talk(messages):
    """What a fresh process answers to these lines."""
    lines = [m if isinstance(m, str) else json.dumps(m) for m in messages]
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.gradbench"], input="\n".join(lines) + "\n", text=True,
        capture_output=True, cwd=ROOT, timeout=120, check=True,
    )  # fmt: skip
    return [json.loads(line) for line in done.stdout.splitlines()]


def wire(output):
    """An output of by_hand as the protocol would carry it."""
    return protocol.plain(np.asarray(output))


@pytest.fixture(scope="module")
def answers():
    messages = [{"id": 0, "kind": "start", "eval": "all"}]
    messages += [{"kind": "define", "module": name} for name in protocol.MODULES]
    messages += [
        {"kind": "evaluate", "module": name, "function": function, "input": small(name),
         "description": "the least"}
        for name, function in FUNCTIONS
    ]  # fmt: skip
    messages.append({"kind": "analysis", "of": 3, "valid": True})
    found = talk([{**m, "id": i} for i, m in enumerate(messages)])
    assert [reply["id"] for reply in found] == list(range(len(messages)))
    return found


def test_the_process_names_itself_and_defines_every_module(answers):
    assert answers[0]["tool"] == "autodiff-numpy"
    assert all(reply["success"] for reply in answers[1 : len(protocol.MODULES) + 1])
    assert answers[-1] == {"id": len(answers) - 1}


@pytest.mark.parametrize("place", range(len(FUNCTIONS)), ids=["-".join(f) for f in FUNCTIONS])
def test_an_answer_is_right(answers, place):
    name, function = FUNCTIONS[place]
    reply = answers[1 + len(protocol.MODULES) + place]
    assert reply["success"], reply["error"]
    assert [t["name"] for t in reply["timings"]][:2] == ["prepare", "evaluate"]
    assert all(t["nanoseconds"] >= 0 for t in reply["timings"])
    static, arrays = problem(name).read(small(name))
    output = reply["output"]
    if (name, function) in SHOWN:
        SHOWN[name, function](output, static, arrays)
    else:
        assert judged(name, function, static, arrays, unpacked(output)) <= TOLERANCE


def unpacked(output):
    """The parts of a dictionary, in order."""
    return tuple(map(np.asarray, output.values())) if isinstance(output, dict) else output


def reprojection(output, static, arrays):
    errors, weights = by_hand.ba(static, *arrays)
    assert output["reproj_error"]["repeated"] == output["w_err"]["repeated"] == len(weights)
    assert error(output["reproj_error"]["elements"], errors[0]) < 1e-9
    assert error(output["w_err"]["element"], weights[0]) < 1e-9


def sparse(output, static, arrays):
    p = len(static[2][0])
    assert all(len(output[part]) == 31 for part in ("rows", "cols", "vals"))
    assert output["rows"][:3] == [0, 15, 30]
    assert output["rows"][-1] == 31 * p
    row = [*range(11), *range(33, 36), 33 + 21]
    assert output["cols"] == [*row, *row, 33 + 21 + p - 1]
    expected = [by_hand.blocks(static, *arrays, count=1), -2 * arrays[2][-1]]
    assert error(output["vals"], list(map(np.ravel, expected))) < TOLERANCE


def hand(output, static, arrays):
    n = len(arrays[-1])
    assert len(output) == 3 * n
    assert {len(row) for row in output} == {28}
    assert judged("ht", "jacobian", static, arrays, np.array(output)) < TOLERANCE


SHOWN = {
    ("ba", "objective"): reprojection, ("ba", "jacobian"): sparse, ("ht", "jacobian"): hand
}  # fmt: skip


@pytest.mark.parametrize("library", [EAGER, NATIVE], ids=["eager", "native"])
@pytest.mark.parametrize("n", [1, 2, 3, 4, 9])
def test_ode_has_its_gradient_where_it_is_not_zero(library, n):
    static, (x,) = ode.PROBLEM.read(ode.generated(n, 3))
    y, g = (f(library, static)(x) for f in ode.PROBLEM.functions.values())
    assert error(y, by_hand.ode(static, x)) < 1e-12
    if n <= 4:
        assert error(g, by_hand.ode_gradient(static, x)) < 1e-12
        assert abs(g).max() > 0.01
    steps = 1e-6 * np.eye(n)
    ends = [[by_hand.ode(static, x + side * e)[-1] for e in steps] for side in (1, -1)]
    slopes = (np.array(ends[0]) - ends[1]) / 2e-6
    np.testing.assert_allclose(g, slopes, atol=1e-8)


@pytest.mark.parametrize("name", [m for m in protocol.MODULES if problem(m).warm])
def test_the_eager_answers_are_right(name):
    static, arrays = problem(name).read(small(name))
    for function, build in problem(name).functions.items():
        output = build(EAGER, static)(*arrays)
        assert judged(name, function, static, arrays, output) < 1e-6


def test_the_simple_hand_has_no_columns_of_its_own():
    path = sorted(ht.DATA.glob("hand*.txt"))[0]
    static, arrays = ht.PROBLEM.read(ht.from_file(path, simple=True))
    errors, jacobian = (f(NATIVE, static)(*arrays) for f in ht.PROBLEM.functions.values())
    assert error(errors, by_hand.ht(static, *arrays)) < 1e-12
    assert jacobian.shape == (300, 26)
    assert judged("ht", "jacobian", static, arrays, jacobian) < 1e-6


def test_a_camera_that_is_not_turned_has_its_own_formula():
    given = {**small("ba"), "cam": [0.0, 0, 0, *small("ba")["cam"][3:]]}
    static, arrays = ba.PROBLEM.read(given)
    errors, jacobian = (f(NATIVE, static)(*arrays) for f in ba.PROBLEM.functions.values())
    assert error(errors, by_hand.ba(static, *arrays)) < 1e-12
    assert judged("ba", "jacobian", static, arrays, jacobian) < TOLERANCE


def test_runs_are_repeated_as_often_as_asked_for():
    given = {"x": [1.0, 2.0], "min_runs": 5, "min_seconds": 0}
    asked = {"id": 1, "kind": "evaluate", "module": "lse", "function": "primal", "input": given}
    found = protocol.answer(json.dumps(asked), EAGER)
    assert [t["name"] for t in found["timings"]] == ["prepare"] + ["evaluate"] * 5


EVALUATE = {"id": 7, "kind": "evaluate", "module": "lse", "function": "gradient"}


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("{", "the line is no JSON"),
        ("[1, 2]", "the line holds a list; a message is an object"),
        ("[" * 100_000, "the line is no JSON"),
        ({"id": 7}, "the kind of the message is None; it is one of start, define"),
        ({"id": 7, "kind": ["start"]}, r"the kind of the message is \['start'\]"),
        ({"id": 7, "kind": "define", "module": "os"}, "there is no module 'os'; there are hello"),
        ({"id": 7, "kind": "define"}, "there is no module None"),
        ({"id": 7, "kind": "define", "module": {}}, "there is no module {}"),
        ({**EVALUATE, "function": "integral"}, "has no function 'integral'; it has primal, grad"),
        (EVALUATE, "the message has no input"),
        ({**EVALUATE, "input": {}}, "the input has no entry 'x'"),
        ({**EVALUATE, "input": {"x": "abc"}}, "the input cannot be read"),
        ({**EVALUATE, "input": {"x": None, "min_runs": "many"}}, "min_runs and min_seconds"),
        ({**EVALUATE, "input": [1.0]}, "the input cannot be read"),
        ({**EVALUATE, "module": "ba", "function": "jacobian", "input": {"n": 0, "m": 1, "p": 1}},
         "each is at least 1"),
    ],
)  # fmt: skip
def test_a_faulty_message_is_answered_with_a_sentence(line, sentence):
    found = protocol.answer(line if isinstance(line, str) else json.dumps(line), EAGER)
    assert found["success"] is False
    assert "\n" not in found["error"]
    assert re.search(sentence, found["error"])
    if isinstance(line, dict):
        assert found["id"] == 7


def test_the_process_goes_on_after_faults():
    found = talk(["nonsense", {"id": 1, "kind": "dance"}, "", {"id": 2, "kind": "start"}])
    assert [reply.get("success") for reply in found] == [False, False, None]
    assert found[-1] == {"id": 2, "tool": "autodiff-numpy"}


def test_the_benchmark_shows_its_table(monkeypatch):
    from benchmarks.gradbench import measure, race
    from benchmarks.measure import SMOKE

    quick = ("hello", "ode", "lse", "llsq", "det")
    monkeypatch.setattr(race, "MODULES", quick)
    (table,) = measure(SMOKE, {})
    assert len(table.rows) == len(quick)
    assert all(row["eager [ms]"] > 0 and row["jit [ms]"] > 0 for row in table.rows.values())


def test_a_wrong_answer_stops_the_benchmark(monkeypatch):
    from benchmarks.gradbench import measure, race
    from benchmarks.measure import SMOKE

    monkeypatch.setattr(race, "MODULES", ("hello",))
    monkeypatch.setitem(by_hand.EXPECTED["hello"], "double", lambda static, x: 3 * x)
    with pytest.raises(ArithmeticError, match="hello double: eager is wrong by"):
        measure(SMOKE, {})


def test_programs_in_c_answer_as_the_formulas_do():
    for (name, function), make in in_c.programs().items():
        static, arrays = problem(name).read(small(name))
        wrong = judged(name, function, static, arrays, make(static)(*arrays))
        assert wrong < TOLERANCE, (name, function)
