"""Checks of derivatives against central differences, by autograd's names and tolerances."""

from itertools import product

from .core import make_jvp, make_vjp, vspace
from .wrap_util import get_name, unary_to_nary

TOL = 1e-6  # absolute, of an inner product
RTOL = 1e-6  # relative
EPS = 1e-6  # step


def scalar_close(a, b):
    """Whether two numbers agree to TOL or to RTOL."""
    return abs(a - b) < TOL or abs(a - b) / abs(a + b) < RTOL


def make_numerical_jvp(f, x):
    """The pushforward of `f` at `x` by central differences."""
    space, outputs = vspace(x), vspace(f(x))

    def moved(v, step):
        return f(space.add(x, space.scalar_mul(v, step)))

    def jvp(v):
        difference = outputs.add(moved(v, EPS / 2), outputs.scalar_mul(moved(v, -EPS / 2), -1.0))
        return outputs.scalar_mul(difference, 1.0 / EPS)

    return jvp


def check_vjp(f, x):
    """Raise AssertionError unless the pullback of `f` at `x` agrees with differences."""
    vjp, y = make_vjp(f, x)
    inputs, outputs = vspace(x), vspace(y)
    tangent, cotangent = inputs.randn(), outputs.randn()
    pulled = inputs.covector(vjp(outputs.covector(cotangent)))
    assert vspace(pulled) == inputs, f"{vspace(pulled)} is not the space of the input, {inputs}"
    analytic = inputs.inner_prod(tangent, pulled)
    numeric = outputs.inner_prod(cotangent, make_numerical_jvp(f, x)(tangent))
    assert scalar_close(analytic, numeric), (
        f"Derivative (VJP) check of {get_name(f)} failed with arg {x}:\n"
        f"analytic: {analytic}\nnumeric:  {numeric}"
    )


def check_jvp(f, x):
    """Raise AssertionError unless the pushforward of `f` at `x` agrees with differences."""
    tangent = vspace(x).randn()
    check_equivalent(make_jvp(f, x)(tangent)[1], make_numerical_jvp(f, x)(tangent))


def check_equivalent(x, y):
    """Raise AssertionError unless two values have the same space and the same numbers."""
    ours, theirs = vspace(x), vspace(y)
    assert ours == theirs, f"VSpace mismatch:\nx: {ours}\ny: {theirs}"
    v = ours.randn()
    close = scalar_close(ours.inner_prod(v, x), theirs.inner_prod(v, y))
    assert close, f"Value mismatch:\nx: {x}\ny: {y}"


@unary_to_nary
def check_grads(f, x, modes=("fwd", "rev"), order=2):
    """
    Returns a function of the arguments of `f` that raises AssertionError unless its derivatives in
    argument `argnum` agree with central differences.
    modes: "fwd", "rev" or both; order: up to which order of derivatives.

    >>> check_grads(lambda x: x**3)(2.0)
    """
    assert modes and all(m in ("fwd", "rev") for m in modes), f"modes are 'fwd', 'rev': {modes}"
    if "fwd" in modes:
        check_jvp(f, x)
        if order > 1:
            again(f, x, lambda x, v: make_jvp(f, x)(v)[1], "jvp", vspace(x).randn(), modes, order)
    if "rev" in modes:
        check_vjp(f, x)
        if order > 1:
            v = vspace(f(x)).randn()
            again(f, x, lambda x, v: make_vjp(f, x)[0](v), "vjp", v, modes, order)


def again(f, x, derivative, name, v, modes, order):
    """Check a derivative of `f` by its own derivatives."""
    derivative.__name__ = f"{name}_{get_name(f)}"
    check_grads(derivative, (0, 1), modes=modes, order=order - 1)(x, v)


def combo_check(fun, *args, **kwargs):
    """A function of lists of arguments that runs `check_grads(fun, ...)` on every choice.

    >>> combo_check(lambda x, power: x**power, [0])([1.0, np.ones(2)], power=[2, 3])
    """

    def check(*choices, **named):
        for given in product(*choices):
            for values in product(*named.values()):
                chosen = dict(zip(named, values))
                check_grads(lambda *xs, k=chosen: fun(*xs, **k), *args, **kwargs)(*given)

    return check
