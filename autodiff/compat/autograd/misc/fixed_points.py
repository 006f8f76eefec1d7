"""Fixed points, differentiated by the implicit function theorem."""

from ..core import defjvp, defvjp, make_jvp, make_vjp, primitive, vspace


@primitive
def fixed_point(f, a, x0, distance, tol):
    """The x with `f(a)(x) = x`, by iteration from `x0` until `distance(x, before)` is at most tol.

    Differentiable in `a`: the cotangent w of x solves w = ḡ + (df/dx)ᵀ w by the same iteration.
    Source: Christianson 1994, doi:10.1080/10556789408805572.

    >>> from autodiff.compat.autograd import grad
    >>> newton = lambda a: lambda x: 0.5 * (x + a / x)
    >>> root = lambda a: fixed_point(newton, a, 1.0, lambda x, y: abs(x - y), 1e-12)
    >>> grad(root)(4.0).round(12).item()
    0.25
    """
    step = f(a)
    x, before = step(x0), x0
    while distance(x, before) > tol:
        x, before = step(x), x
    return x


def fixed_point_vjp(ans, f, a, x0, distance, tol):
    """The pullback in `a`."""
    space = vspace(ans)

    def adjoint(given):
        a, x, g = given
        pull = make_vjp(f(a), x)[0]
        return lambda w: space.add(pull(w), g)

    pull = make_vjp(lambda v: f(v)(ans), a)[0]
    return lambda g: pull(fixed_point(adjoint, (a, ans, g), space.zeros(), distance, tol))


def fixed_point_jvp(g, ans, f, a, x0, distance, tol):
    """The pushforward in `a`."""
    space = vspace(ans)

    def linear(given):
        a, x, direct = given
        return lambda t: space.add(make_jvp(f(a), x)(t)[1], direct)

    direct = make_jvp(lambda v: f(v)(ans), a)(g)[1]
    return fixed_point(linear, (a, ans, direct), space.zeros(), distance, tol)


defvjp(fixed_point, None, fixed_point_vjp, None)
defjvp(fixed_point, None, fixed_point_jvp, None)
