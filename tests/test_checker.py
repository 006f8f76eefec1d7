"""The laws see what they are for: each catches a fault that is planted in a sound row."""

import numpy as np
import pytest

import autodiff as ad
from autodiff.core.family import Binary, Contraction, Opaque, Reduction, Unary
from autodiff.core.op import Op
from autodiff.core.spec import Spec
from autodiff.interpret.batch import Batched
from autodiff.interpret.graph import Node
from autodiff.testing import LawError, check, laws, samples

SQUARE = {"reads": "x", "domain": ((-3, 3),), "latex": "{$x}^2", "doc": "Square."}
PRODUCT = {"reads": "x", "domain": ((-3, 3), (-3, 3)), "latex": "$x $y", "doc": "Product."}
SHAPES = ((), (3,), (2, 0))


@pytest.fixture(autouse=True)
def table():
    """The table as it was, without what a test has planted in it."""
    before = dict(Op.table)
    yield
    Op.table.clear()
    Op.table.update(before)


def square(rule=lambda t, y, x: t * (2 * x), **facts):
    return Unary("planted(x)", lambda x: x * x, rule, **{**SQUARE, **facts})


def product(first, second, **facts):
    return Binary("planted(x, y)", lambda x, y: x * y, first, second, **{**PRODUCT, **facts})


def total(batch=lambda batched, x: x.sum(axis=tuple(range(1, x.ndim))), **facts):
    """The sum of all elements, every fact stated by hand."""
    stated = {
        "jvp": lambda tangents, y, x: ad.sum(tangents[0]),
        "vjp": lambda g, y, wanted, x: [ad.broadcast_to(g, x.shape)],
        "batch": batch,
        "sample": lambda rng, dtype: [((rng.normal(size=s).astype(dtype),), {}) for s in SHAPES],
    }
    return Opaque("planted(x)", np.sum, **{**stated, "reads": "", "latex": "$x", **facts})


def sine_and_cosine(**facts):
    """A row of two outputs."""

    def pull(g, out, wanted, x):
        (sine, cosine), (a, b) = out, g
        terms = [a * ad.conj(cosine)] if a is not None else []
        terms += [-b * ad.conj(sine)] if b is not None else []
        return [sum(terms[1:], terms[0])]

    stated = {
        "jvp": lambda tangents, out, x: (tangents[0] * out[1], -tangents[0] * out[0]),
        "vjp": pull,
        "batch": lambda batched, x: (np.sin(x), np.cos(x)),
        "sample": lambda rng, dtype: [((rng.normal(size=s).astype(dtype),), {}) for s in SHAPES],
    }
    both = {**stated, "reads": "y", "outputs": 2, "latex": "$x", **facts}
    return Opaque("planted(x)", lambda x: (np.sin(x), np.cos(x)), **both)


def broken(row, law):
    """The message of the law that the row breaks."""
    with pytest.raises(LawError) as caught:
        laws[law](row)
    assert str(caught.value).startswith(f"planted breaks the law {law!r}: ")
    return str(caught.value)


# ---------------------------------------------------------------- sound rows


@pytest.mark.parametrize(
    "build",
    [
        square,
        lambda: product(lambda t, z, x, y: t * y, lambda t, z, x, y: t * x),
        total,
        sine_and_cosine,
        lambda: ad.operator("planted(x)", np.exp, lambda t, y, x: t * y, domain=((-2, 2),)),
        lambda: Unary("planted(x)", np.floor, domain=((0.1, 0.9),), reads=""),
        lambda: square(differentiable=False),
        lambda: Contraction(
            "planted(x, y)",
            lambda x, y: np.einsum("...i,...i->...", x, y),
            lambda g, x, y: g[..., None] * y,
            lambda g, x, y: g[..., None] * x,
            sample=lambda rng, dtype: [((rng.normal(size=3).astype(dtype),) * 2, {})],
        ),
    ],
    ids=["unary", "binary", "opaque", "outputs", "operator", "flat", "constant", "contraction"],
)
def test_a_sound_row_passes(build):
    check(build())


def test_the_message_names_row_law_sample_and_both_numbers():
    message = broken(square(lambda t, y, x: t * (3 * x)), "jvp")
    for part in ("planted(x=float32 ()", "the tangent", "found", "expected", "apart by"):
        assert part in message


def test_an_error_of_the_row_is_told_as_a_broken_law():
    def fails(t, y, x):
        raise KeyError("lost")

    assert "KeyError: 'lost'" in broken(square(fails), "jvp")


def test_a_broken_law_is_an_assertion_error():
    assert issubclass(LawError, AssertionError)
    with pytest.raises(LawError, match="jvp"):
        check(square(lambda t, y, x: t * x))


# ---------------------------------------------------------------- samples


def test_samples_lie_in_the_domain_in_every_shape():
    row = product(None, None, domain=((-3, -2, 1, 2), (5, 6)))
    found = samples(row, np.float32)
    arrays = [args for args, _ in found if all(isinstance(a, np.ndarray) for a in args)]
    shapes = {(x.shape, y.shape) for x, y in arrays}
    assert shapes >= {((), ()), ((3,), (3,)), ((2, 1), (3,)), ((0,), (0,))}
    for x, y in arrays:
        assert x.dtype == y.dtype == np.float32
        assert (((-3 < x) & (x < -2)) | ((1 < x) & (x < 2))).all() and ((5 < y) & (y < 6)).all()


def test_samples_stand_beside_python_numbers():
    found = samples(product(None, None), np.float64)
    kinds = {(type(x), type(y)) for (x, y), _ in found}
    assert kinds == {(np.ndarray, np.ndarray), (float, np.ndarray), (np.ndarray, float)}


def test_samples_are_the_same_in_every_run():
    first, second = samples(square(), np.float64), samples(ad.sin, np.float64)
    again = samples(Op.table["planted"], np.float64)
    assert all(np.array_equal(a, b) for ((a,), _), ((b,), _) in zip(first, again))
    assert not np.array_equal(first[1][0][0], second[1][0][0])


def test_complex_samples_leave_the_real_axis():
    assert all(x.imag.all() for (x,), _ in samples(total(), np.complex128))


# ---------------------------------------------------------------- planted faults


@pytest.mark.parametrize(
    ("facts", "fault"),
    [
        ({"domain": None}, "domain is None"),
        ({"domain": ((-3, 3), (-3, 3))}, "each of 1"),
        ({"domain": ((3, -3),)}, "growing ends"),
        ({"domain": ((-3, 1, 2),)}, "growing ends"),
        ({"latex": "$y"}, r"the argument $y"),
        ({"reads": "z"}, "letters of 'xy'"),
    ],
)
def test_complete_sees_a_fact_that_is_wrong(facts, fault):
    assert fault in broken(square(**facts), "complete")


@pytest.mark.parametrize("name", ["jvp", "vjp", "batch"])
def test_complete_sees_a_rule_that_is_missing(name):
    assert f"the {name} rule is missing" in broken(total(**{name: None}), "complete")


def test_complete_counts_rules_and_outputs():
    facts = {**PRODUCT, "doc": "Product."}
    one = Binary("planted(x, y)", np.multiply, lambda t, z, x, y: t * y, **facts)
    assert "1 rules are given" in broken(one, "complete")
    del Op.table["planted"]
    assert "outputs is None" in broken(sine_and_cosine(outputs=None), "complete")


def test_complete_sees_an_evaluate_that_takes_no_floats():
    row = square(domain=((-3, 3),))
    row.evaluate = np.invert
    assert "neither float64 nor complex128" in broken(row, "complete")


@pytest.mark.parametrize(
    "infer",
    [
        lambda x: Spec((1,), x.dtype),
        lambda x: Spec((), np.dtype(np.complex64)),
        lambda x: (Spec((), x.dtype), Spec((), x.dtype)),
    ],
    ids=["shape", "dtype", "count"],
)
def test_infer_sees_a_wrong_spec(infer):
    assert "infer gives" in broken(total(infer=infer), "infer")


def test_constant_sees_a_derivative_that_leaks():
    leaky = type("Leaky", (Unary,), {"__call__": lambda self, x: x * 2})
    broken(leaky("planted(x)", lambda x: x * 2, differentiable=False, domain=((1, 2),)), "constant")


@pytest.mark.parametrize(
    "rule",
    [
        lambda t, y, x: t * (3 * x),
        lambda t, y, x: -t * (2 * x),
        lambda t, y, x: t * (2 * abs(x)),
        lambda t, y, x: t * (2 * x) * (1 + 1e-4),
        None,
    ],
    ids=["factor", "sign", "branch", "small", "none"],
)
def test_jvp_sees_a_wrong_rule(rule):
    broken(square(rule), "jvp")


def test_jvp_sees_the_wrong_rule_of_one_argument():
    broken(product(lambda t, z, x, y: t * y, lambda t, z, x, y: t * y), "jvp")


def test_jvp_sees_a_real_function_that_claims_to_be_analytic():
    broken(
        Unary("planted(x)", lambda x: (x * np.conj(x)).real, lambda t, y, x: t * (2 * x), **SQUARE),
        "jvp",
    )


def test_jvp_sees_a_weight_of_a_reduction():
    row = Reduction(
        "planted(x)",
        lambda x, *, axes=None, keepdims=False: np.mean(x, axis=axes, keepdims=keepdims),
        lambda t, y, x, axes: t / x.size,
        sample=lambda rng, dtype: [((rng.normal(size=(2, 3)).astype(dtype),), {"axes": (-1,)})],
    )
    broken(row, "jvp")


@pytest.mark.parametrize(
    "vjp",
    [
        lambda g, y, wanted, x: [ad.broadcast_to(2 * g, x.shape)],
        lambda g, y, wanted, x: [ad.broadcast_to(ad.conj(g), x.shape)],
    ],
    ids=["factor", "conjugate"],
)
def test_duality_sees_a_pullback_that_is_no_transpose(vjp):
    broken(total(vjp=vjp), "duality")


def test_duality_sees_a_pullback_that_needs_every_cotangent():
    def pull(g, out, wanted, x):
        if None in g:
            return [None]
        return [g[0] * ad.conj(out[1]) - g[1] * ad.conj(out[0])]

    broken(sine_and_cosine(vjp=pull), "duality")


@pytest.mark.parametrize(
    "rule",
    [
        lambda t, y, x: t * (2 * ad.stop_gradient(x)),
        lambda t, y, x: t * (2 * np.asarray(getattr(x, "value", x))),
    ],
    ids=["argument", "array"],
)
def test_order_two_sees_a_rule_that_is_right_only_once(rule):
    row = square(rule, domain=((1, 3),))
    laws["jvp"](row)
    broken(row, "order_two")


@pytest.mark.parametrize(
    "rule",
    [
        lambda t, y, x: t * (np.float64(2) * x),
        lambda t, y, x: t * (2 * x.astype(np.result_type(x.dtype, np.float64))),
    ],
    ids=["constant", "cast"],
)
def test_dtype_sees_a_rule_that_widens(rule):
    assert "a rule gives" in broken(square(rule), "dtype")


@pytest.mark.parametrize("reads", ["", "y"])
def test_reads_sees_a_rule_that_reads_more(reads):
    broken(square(reads=reads), "reads")


def test_reads_sees_an_output_that_is_let_go():
    row = Unary("planted(x)", np.exp, lambda t, y, x: t * y, reads="x", domain=((-2, 2),))
    broken(row, "reads")


def test_reads_sees_a_rule_that_answers_otherwise_without_the_output():
    def rule(t, y, x):
        return t * (2 * x) if y is None else t * (x + x) * (1 + 1e-7)

    broken(square(rule), "reads")


@pytest.mark.parametrize(
    "batch",
    [
        lambda batched, x: x.sum(),
        lambda batched, x: x.sum(axis=-1),
        lambda batched, x: x.sum(axis=tuple(range(1, x.ndim))) * 2,
        lambda batched, x: x.sum(axis=tuple(range(1, x.ndim))).astype(complex),
        lambda batched, x: np.array([e.sum() for e in x]),
    ],
    ids=["all", "last", "factor", "dtype", "empty"],
)
def test_batch_sees_what_differs_from_a_loop(batch):
    broken(total(batch), "batch")


def test_batch_tries_every_subset_of_arguments():
    def batch(batched, x, y):
        if batched == [False, True]:
            return x * y + 1
        return x[(..., *[None] * (y.ndim - x.ndim))] * y if all(batched) else x * y

    stated = {
        "jvp": lambda tangents, z, x, y: None,
        "vjp": lambda g, z, wanted, x, y: [None, None],
        "sample": lambda rng, dtype: [((rng.normal(size=()).astype(dtype),) * 2, {})],
    }
    facts = {**stated, "batch": batch}
    assert "arguments (1,)" in broken(Opaque("planted(x, y)", np.multiply, **facts), "batch")


def test_nested_sees_a_rule_that_looks_into_a_batch():
    def rule(t, y, x):
        return t * (2 * (x.value if type(x) is Batched else x))

    row = square(rule)
    laws["batch"](row)
    broken(row, "nested")


def test_graph_sees_a_rule_that_differs_in_one_bit():
    def rule(t, y, x):
        slope = 2 * x
        return t * (slope * (1 + 2**-52) if type(x) is Node else slope)

    assert "bit for bit" in broken(square(rule), "graph")


def test_graph_sees_a_shape_that_does_not_come_true():
    broken(total(infer=lambda x: Spec((1,), x.dtype)), "graph")


def test_every_law_is_tested():
    tested = [name.split("_sees_")[0] for name in globals() if "_sees_" in name]
    assert {f"test_{name}" for name in laws} == set(tested)
