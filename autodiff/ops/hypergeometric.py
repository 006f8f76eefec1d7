"""Rows of hypergeometric functions and orthogonal polynomials, differentiable in the last argument.

Each derivative is a function of the same kind with shifted parameters.  Source: NIST Digital Library
of Mathematical Functions, sections 13.3, 15.5 and 18.9.
"""

from .scipy_special import matched, special, special_row

hyp0f1 = special_row(
    "hyp0f1(v, z)", special.hyp0f1, "hyp0f1", lambda t, y, v, z: t * (hyp0f1(v + 1, z) / v),
    reads="x", domain=((), (0.5, 2)), held={0: (1.5, 2.25)}, latex="{}_0F_1(; $v; $z)", doc="Confluent hypergeometric limit function.",
)
hyp1f1 = special_row(
    "hyp1f1(a, b, x)", special.hyp1f1, "hyp1f1", "hyp1f1", lambda t, y, a, b, x: t * (a / b * hyp1f1(a + 1, b + 1, x)),
    reads="x", domain=((), (), (0.5, 2)), held={0: (0.5, 2.25), 1: (1.5, 3.25)}, latex="{}_1F_1($a; $b; $x)", doc="Confluent hypergeometric function of Kummer.",
)
hyp2f1 = special_row(
    "hyp2f1(a, b, c, z)", matched(special.hyp2f1), "hyp2f1", "hyp2f1", "hyp2f1",
    lambda t, y, a, b, c, z: t * (a * b / c * hyp2f1(a + 1, b + 1, c + 1, z)),
    reads="x", domain=((), (), (), (0.1, 0.4)), held={0: (0.5, 1.0), 1: (1.5, 2.0), 2: (2.5, 3.0)},
    numpy=special.hyp2f1, latex="{}_2F_1($a, $b; $c; $z)", doc="Hypergeometric function of Gauss.",
)
hyperu = special_row(
    "hyperu(a, b, x)", special.hyperu, "hyperu", "hyperu", lambda t, y, a, b, x: t * (-a * hyperu(a + 1, b + 1, x)),
    reads="x", domain=((), (), (1, 3)), held={0: (0.5, 1.5), 1: (1.5, 2.25)}, latex="U($a, $b, $x)", doc="Confluent hypergeometric function of Tricomi.",
)


# ---------------------------------------------------------------- orthogonal polynomials


def polynomial(name, arguments, slope, latex, doc, domain=(-0.8, 0.8), held=((3, 2, 4),)):
    """A row of orthogonal polynomials; slope(n, *parameters, x) is the derivative in x."""
    count = len(arguments.split(", "))
    rules = [name] * (count - 1) + [lambda t, y, *args: t * slope(*args)]
    return special_row(
        f"{name}({arguments})", getattr(special, name), *rules, reads="x", latex=latex, doc=doc,
        domain=((),) * (count - 1) + (domain,), held=dict(enumerate(held)),
    )  # fmt: skip


ONE, TWO = ((3, 2, 4), (0.5, 1.25)), ((3, 2, 4), (0.5, 1.25), (0.75, 1.5))
eval_legendre    = polynomial("eval_legendre",    "n, x",        lambda n, x: eval_gegenbauer(n - 1, 1.5, x),                                 "P_{$n}($x)",                     "Legendre polynomial.")
eval_chebyt      = polynomial("eval_chebyt",      "n, x",        lambda n, x: n * eval_chebyu(n - 1, x),                                      "T_{$n}($x)",                     "Chebyshev polynomial of the first kind.")
eval_chebyu      = polynomial("eval_chebyu",      "n, x",        lambda n, x: 2 * eval_gegenbauer(n - 1, 2.0, x),                             "U_{$n}($x)",                     "Chebyshev polynomial of the second kind.")
eval_chebyc      = polynomial("eval_chebyc",      "n, x",        lambda n, x: n * eval_chebys(n - 1, x),                                      "C_{$n}($x)",                     "Chebyshev polynomial of the first kind on [-2, 2].")
eval_chebys      = polynomial("eval_chebys",      "n, x",        lambda n, x: eval_gegenbauer(n - 1, 2.0, 0.5 * x),                           "S_{$n}($x)",                     "Chebyshev polynomial of the second kind on [-2, 2].")
eval_hermite     = polynomial("eval_hermite",     "n, x",        lambda n, x: 2 * n * eval_hermite(lower(n), x),                              "H_{$n}($x)",                     "Hermite polynomial of the physicists.")
eval_hermitenorm = polynomial("eval_hermitenorm", "n, x",        lambda n, x: n * eval_hermitenorm(lower(n), x),                              r"\mathit{He}_{$n}($x)",          "Hermite polynomial of the probabilists.")
eval_laguerre    = polynomial("eval_laguerre",    "n, x",        lambda n, x: -eval_genlaguerre(n - 1, 1.0, x),                               "L_{$n}($x)",                     "Laguerre polynomial.")
eval_genlaguerre = polynomial("eval_genlaguerre", "n, alpha, x", lambda n, alpha, x: -eval_genlaguerre(n - 1, alpha + 1, x),                  "L_{$n}^{($alpha)}($x)",          "Generalized Laguerre polynomial.", held=ONE)
eval_gegenbauer  = polynomial("eval_gegenbauer",  "n, alpha, x", lambda n, alpha, x: 2 * alpha * eval_gegenbauer(n - 1, alpha + 1, x),        "C_{$n}^{($alpha)}($x)",          "Gegenbauer polynomial.", held=ONE)
eval_jacobi      = polynomial("eval_jacobi",      "n, alpha, beta, x", lambda n, alpha, beta, x: 0.5 * (n + alpha + beta + 1) * eval_jacobi(n - 1, alpha + 1, beta + 1, x), "P_{$n}^{($alpha, $beta)}($x)", "Jacobi polynomial.", held=TWO)
eval_sh_legendre = polynomial("eval_sh_legendre", "n, x",        lambda n, x: 2 * eval_gegenbauer(n - 1, 1.5, 2 * x - 1),                     "P^*_{$n}($x)",                   "Legendre polynomial on [0, 1].", (0.2, 0.8))
eval_sh_chebyt   = polynomial("eval_sh_chebyt",   "n, x",        lambda n, x: 2 * n * eval_chebyu(n - 1, 2 * x - 1),                          "T^*_{$n}($x)",                   "Chebyshev polynomial of the first kind on [0, 1].", (0.2, 0.8))
eval_sh_chebyu   = polynomial("eval_sh_chebyu",   "n, x",        lambda n, x: 4 * eval_gegenbauer(n - 1, 2.0, 2 * x - 1),                     "U^*_{$n}($x)",                   "Chebyshev polynomial of the second kind on [0, 1].", (0.2, 0.8))
eval_sh_jacobi   = polynomial("eval_sh_jacobi",   "n, p, q, x",  lambda n, p, q, x: n * eval_sh_jacobi(lower(n), p + 2, q + 1, x),            "G_{$n}^{($p, $q)}($x)",          "Jacobi polynomial on [0, 1].", (0.6, 0.9), held=((3, 2, 4), (2.5, 3.25), (0.75, 1.5)))


def lower(n):
    """n - 1, and 0 for 0, whose polynomial has the factor n beside it."""
    return n - 1 + (n == 0)
