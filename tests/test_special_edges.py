"""Special functions where they are called otherwise: at edges, as SciPy's, in the complex plane."""

import subprocess
import sys

import mpmath
import numpy as np
import pytest
import scipy.special
from mpmath import mp

import autodiff as ad
import autodiff.scipy.special as special
from autodiff.core.errors import RuleError
from autodiff.core.op import NUMPY

INF, NAN = np.inf, np.nan


def slope(f, *args, place=0):
    with np.errstate(all="ignore"):
        return float(ad.grad(f, place)(*map(float, args)))


@pytest.mark.parametrize(
    ("name", "args", "slopes"),
    [
        ("xlogy", (0, 0), (-INF, 0)),
        ("xlogy", (0, 2), (np.log(2), 0)),
        ("xlog1py", (0, -1), (-INF, 0)),
        ("entr", (0,), (INF,)),
        ("rel_entr", (0, 2), (-INF, 0)),
        ("rel_entr", (0, 0), (INF, 0)),
        ("kl_div", (0, 0), (INF, 1)),
        ("kl_div", (0, 2), (-INF, 1)),
        ("logit", (0,), (INF,)),
        ("logit", (1,), (INF,)),
        ("erfinv", (1,), (INF,)),
        ("erfinv", (-1,), (INF,)),
        ("erfcinv", (0,), (-INF,)),
        ("erfcinv", (2,), (-INF,)),
        ("ndtri", (0,), (INF,)),
        ("ndtri", (1,), (INF,)),
        ("gammainc", (2, 0), (0, 0)),
        ("gammainc", (1, 0), (0, 1)),
        ("gammainc", (0.5, 0), (0, INF)),
        ("gammaincinv", (0.5, 0), (0, 0)),
        ("betainc", (2, 3, 0), (0, 0, 0)),
        ("betainc", (2, 3, 1), (0, 0, 0)),
        ("betainc", (1, 3, 0), (0, 0, 3)),
        ("betainc", (3, 1, 1), (0, 0, 3)),
        ("j1", (0,), (0.5,)),
        ("y0", (0,), (INF,)),
        ("y1", (0,), (INF,)),
        ("i0e", (1e-300,), (-1,)),
        ("ellipk", (0,), (np.pi / 8,)),
        ("ellipe", (0,), (-np.pi / 8,)),
        ("ellipe", (1,), (-INF,)),
        ("ellipkinc", (0, 0.5), (1, 0)),
        ("exprel", (0,), (0.5,)),
        ("exprel", (-INF,), (0,)),
        ("spence", (1,), (-1,)),
        ("boxcox", (2, 0), (0.5, np.log(2) ** 2 / 2)),
        ("boxcox", (0, 2), (0, 0.25)),
        ("inv_boxcox", (2, 0), (np.exp(2), -2 * np.exp(2))),
        ("huber", (1, 1), (0, 1)),
        ("rgamma", (0,), (1,)),
        ("rgamma", (-3,), (-6,)),
        ("poch", (0, 1), (1, 0)),
        ("voigt_profile", (1, 0, 1), (-0.5 / np.pi, 0, 0)),
        ("stdtr", (3, 0), (0, 2 / (np.sqrt(3) * np.pi))),
        ("log_ndtr", (1e4,), (0,)),
        ("lpmv", (0, 2, 1), (NAN, NAN, 3)),
        ("agm", (1, 1), (0.5, 0.5)),
        ("beip", (0,), (0.5,)),
        ("it2j0y0", (0,), (0,)),
    ],
)
def test_edges(name, args, slopes):
    f = getattr(special, name)
    f = f if name != "it2j0y0" else lambda x: special.it2j0y0(x)[0]
    held = [int(a) for a in args[:2]] if name == "lpmv" else None
    for place, right in enumerate(slopes):
        if np.isnan(right):
            continue
        found = slope(lambda x: f(*held, x), args[2]) if held else slope(f, *args, place=place)
        assert found == pytest.approx(right, rel=1e-13, abs=1e-15), place


def test_every_ufunc_of_scipy_knows_what_to_do():
    ufuncs = [f for f in vars(scipy.special).values() if isinstance(f, np.ufunc)]
    assert len(ufuncs) > 200
    assert [f.__name__ for f in ufuncs if f not in NUMPY] == []


def test_every_public_name_of_scipy_is_there():
    assert [name for name in scipy.special.__all__ if not hasattr(special, name)] == []
    with pytest.raises(AttributeError, match="neither has scipy"):
        special.gamm  # noqa: B018
    plain = {name for name in scipy.special.__all__ if name not in vars(special)}
    assert [name for name in plain if isinstance(getattr(scipy.special, name), np.ufunc)] == []
    assert special.roots_legendre is scipy.special.roots_legendre


@pytest.mark.parametrize("name", sorted(set(special.WITHOUT) & set(scipy.special.__all__)))
def test_what_has_no_derivative_says_so(name):
    x = ad.tensor(0.5, requires_grad=True)
    with pytest.raises(RuleError, match=f"scipy.special.{name} has no derivative: "):
        getattr(special, name)(x, 2)


@pytest.mark.parametrize(
    ("call", "function", "argument"),
    [
        (lambda v: special.jv(v, 2.0), "jv", "v"),
        (lambda v: special.kve(v, 2.0), "kve", "v"),
        (lambda v: special.spherical_jn(v, 2.0), "spherical_jn", "n"),
        (lambda a: special.hyp2f1(a, 1.0, 2.0, 0.5), "hyp2f1", "a"),
        (lambda b: special.hyp1f1(1.0, b, 0.5), "hyp1f1", "b"),
        (lambda n: special.eval_legendre(n, 0.5), "eval_legendre", "n"),
        (lambda n: special.expn(n, 0.5), "expn", "n"),
        (lambda n: special.polygamma(n, 0.5), "polygamma", "n"),
        (lambda k: special.pdtr(k, 0.5), "pdtr", "k"),
    ],
)
def test_refused_arguments_are_named(call, function, argument):
    for derive in (lambda: ad.grad(call)(2.0), lambda: ad.jvp(call, (2.0,), (1.0,))):
        with pytest.raises(RuleError, match=f"{function} has no derivative in {argument}, which"):
            derive()


def test_scipys_own_functions_take_values_that_are_differentiated():
    x = ad.tensor([0.5, 1.5], requires_grad=True)
    y = scipy.special.gammaln(x) + scipy.special.jv(1, x) * scipy.special.expit(x)
    y.sum().backward()
    s, v = scipy.special, np.array([0.5, 1.5])
    right = s.psi(v) + s.jvp(1, v) * s.expit(v) + s.jv(1, v) * s.expit(v) * s.expit(-v)
    assert np.allclose(x.grad.numpy(), right, rtol=1e-14)
    assert np.allclose(
        ad.vmap(ad.grad(s.betainc, 2), in_axes=(None, None, 0))(2.0, 3.0, v / 2),
        s.beta(2, 3) ** -1 * (v / 2) * (1 - v / 2) ** 2,
    )


def fresh(code):
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)


def test_scipys_functions_are_learnt_when_one_is_asked():
    code = """
import sys, autodiff, scipy.special
assert "autodiff.scipy.special" not in sys.modules
print(autodiff.grad(scipy.special.gammaln)(3.0))
"""
    done = fresh(code)
    assert done.returncode == 0, done.stderr
    assert float(done.stdout) == pytest.approx(scipy.special.psi(3.0), rel=1e-14)


def test_a_missing_scipy_is_named():
    done = fresh("import sys; sys.modules['scipy'] = None; import autodiff.scipy.special")
    assert "ImportError: autodiff.scipy evaluates with SciPy" in done.stderr
    assert "pip install autodiff-numpy[scipy]" in done.stderr


COMPLEX = {
    "gamma": lambda z: mp.gamma(z) * mp.psi(0, z),
    "loggamma": lambda z: mp.psi(0, z),
    "psi": lambda z: mp.psi(1, z),
    "rgamma": lambda z: -mp.rgamma(z) * mp.psi(0, z),
    "erf": lambda z: 2 / mp.sqrt(mp.pi) * mp.exp(-z * z),
    "erfc": lambda z: -2 / mp.sqrt(mp.pi) * mp.exp(-z * z),
    "wofz": lambda z: 2j / mp.sqrt(mp.pi) - 2 * z * mp.exp(-z * z) * mp.erfc(-1j * z),
    "erfcx": lambda z: 2 * z * mp.exp(z * z) * mp.erfc(z) - 2 / mp.sqrt(mp.pi),
    "dawsn": lambda z: 1 - mp.sqrt(mp.pi) * z * mp.exp(-z * z) * mp.erfi(z),
    "exp1": lambda z: -mp.exp(-z) / z,
    "expi": lambda z: mp.exp(z) / z,
    "lambertw": lambda z: mp.lambertw(z) / (z * (1 + mp.lambertw(z))),
    "spence": lambda z: mp.log(z) / (1 - z),
    "ndtr": lambda z: mp.exp(-z * z / 2) / mp.sqrt(2 * mp.pi),
}
PLANE = [0.7 + 0.3j, 2.5 - 1.1j, -1.3 + 0.8j, 0.01 + 4j, 9.0 + 3.0j, -2.2 - 6.5j]


@pytest.mark.parametrize("name", COMPLEX)
def test_complex_derivatives(name):
    for z in PLANE:
        with np.errstate(all="ignore"):
            found = complex(ad.jvp(getattr(special, name), (np.array(z),), (np.array(1 + 0j),))[1])
        with mpmath.workdps(50):
            right = complex(COMPLEX[name](mp.mpc(z)))
        assert abs(found - right) <= 1e-11 * abs(right), z


@pytest.mark.parametrize("v", [0.5, 2.0])
@pytest.mark.parametrize("name", ["jv", "yv", "iv", "kv", "hankel1", "hankel2e"])
def test_bessel_functions_of_complex_numbers(name, v):
    f, z, h = getattr(special, name), np.array(1.2 + 0.7j), 1e-4
    found = ad.jvp(lambda z: f(v, z), (z,), (np.array(1 + 0j),))[1]
    scipys = getattr(scipy.special, name)
    right = (
        8 * (scipys(v, z + h) - scipys(v, z - h)) - scipys(v, z + 2 * h) + scipys(v, z - 2 * h)
    ) / (12 * h)
    assert abs(found - right) < 1e-10


def test_real_arguments_of_complex_functions_have_real_gradients():
    found = ad.grad(lambda x: ad.real(special.lambertw(x)))(1.0)
    w = scipy.special.lambertw(1.0).real
    assert found == pytest.approx(w / (1 + w), rel=1e-14)
    assert special.hankel1(0.5, ad.tensor(np.float32(2.0))).dtype == np.complex64


SINGLE = [
    "gammaln",
    "erfcx",
    "dawsn",
    "ndtri",
    "i1e",
    "exprel",
    "spence",
    "ellipk",
    "airy",
    "ker",
    "j1",
]


@pytest.mark.parametrize("name", SINGLE)
def test_single_precision_stays(name):
    f = getattr(special, name)
    f = f if name != "airy" else lambda x: special.airy(x)[1]
    x = np.float32(0.4)
    y, pullback = ad.vjp(f, x)
    (g,) = pullback(np.float32(1))
    assert y.dtype == g.dtype == np.float32
    assert g == pytest.approx(float(ad.grad(f)(float(x))), rel=1e-5)


SECOND = {
    "gammaln": lambda x: mp.psi(1, x),
    "psi": lambda x: mp.psi(2, x),
    "erfcx": lambda x: mp.diff(lambda u: mp.exp(u * u) * mp.erfc(u), x, 2),
    "dawsn": lambda x: mp.diff(lambda u: mp.sqrt(mp.pi) / 2 * mp.exp(-u * u) * mp.erfi(u), x, 2),
    "log_ndtr": lambda x: mp.diff(lambda u: mp.log(mp.ncdf(u)), x, 2),
    "exprel": lambda x: mp.diff(lambda u: (mp.exp(u) - 1) / u, x, 2),
    "i0e": lambda x: mp.diff(lambda u: mp.exp(-u) * mp.besseli(0, u), x, 2),
    "k1e": lambda x: mp.diff(lambda u: mp.exp(u) * mp.besselk(1, u), x, 2),
    "ellipk": lambda x: mp.diff(mp.ellipk, x / 20, 2),
    "ellipe": lambda x: mp.diff(mp.ellipe, x / 20, 2),
    "spence": lambda x: mp.diff(lambda u: mp.log(u) / (1 - u), x),
    "y1": lambda x: mp.diff(lambda u: mp.bessely(1, u), x, 2),
    "exp1": lambda x: mp.diff(lambda u: -mp.exp(-u) / u, x),
}


@pytest.mark.parametrize("name", SECOND)
def test_second_derivatives(name):
    f = getattr(special, name)
    for x in (0.3, 1.01, 4.2, 17.0):
        at = x / 20 if name in ("ellipk", "ellipe") else x
        with mpmath.workdps(40):
            right = float(SECOND[name](mp.mpf(x)))
        # one step of each mode; recurrences of orders above the first lose two digits more
        assert ad.grad(ad.grad(f))(at) == pytest.approx(right, rel=1e-9), x


def test_log_sum_exp_in_scipys_words():
    rng = np.random.default_rng(1)
    a, b = rng.normal(size=(3, 4)), rng.normal(size=(3, 4))
    for axis, keep in ((None, False), (0, True), (1, False), ((0, 1), True)):
        s = scipy.special.logsumexp(a, axis, abs(b), keep)
        assert np.allclose(special.logsumexp(a, axis, abs(b), keep), s, rtol=1e-14)
        value, sign = special.logsumexp(a, axis, b, keep, return_sign=True)
        right = scipy.special.logsumexp(a, axis, b, keep, return_sign=True)
        assert np.allclose(value, right[0], rtol=1e-13)
        assert np.array_equal(sign, right[1])
        assert np.allclose(special.softmax(a, axis), scipy.special.softmax(a, axis), rtol=1e-14)
        assert np.allclose(
            special.log_softmax(a, axis), scipy.special.log_softmax(a, axis), rtol=1e-14
        )
    weights = ad.grad(lambda b: special.logsumexp(a, b=b))(abs(b))
    assert np.allclose(weights, np.exp(a) / np.sum(abs(b) * np.exp(a)), rtol=1e-13)
    masked = ad.grad(lambda a: special.logsumexp(a, b=np.array([1.0, 0.0])))(np.array([1.0, 1e5]))
    assert masked.tolist() == [1.0, 0.0]
    far = ad.jacobian(special.log_softmax)(np.array([1000.0, -1000.0]))
    assert far.tolist() == [[0.0, 0.0], [-1.0, 1.0]]


def test_functions_of_several_results():
    x = 1.3
    for name, count in (
        ("airy", 4),
        ("airye", 4),
        ("fresnel", 2),
        ("sici", 2),
        ("shichi", 2),
        ("kelvin", 4),
        ("itairy", 4),
        ("itj0y0", 2),
        ("iti0k0", 2),
        ("it2j0y0", 2),
        ("it2i0k0", 2),
    ):
        found, right = getattr(special, name)(x), getattr(scipy.special, name)(x)
        assert len(found) == count
        assert np.allclose(found, right, rtol=1e-6), name
    assert np.allclose(special.ellipj(0.7, 0.3), scipy.special.ellipj(0.7, 0.3), rtol=1e-14)
    for name in ("modfresnelp", "modfresnelm"):
        assert np.allclose(getattr(special, name)(x), getattr(scipy.special, name)(x), rtol=1e-10)


def test_derivatives_of_bessel_functions_in_scipys_words():
    for name in ("jvp", "yvp", "ivp", "kvp", "h1vp", "h2vp"):
        for n in (0, 1, 3):
            right = getattr(scipy.special, name)(1.5, 2.3, n)
            assert np.allclose(getattr(special, name)(1.5, 2.3, n), right, rtol=1e-13)
    for name in ("spherical_jn", "spherical_yn", "spherical_in", "spherical_kn"):
        right = getattr(scipy.special, name)(2, 2.3, derivative=True)
        assert np.allclose(getattr(special, name)(2, 2.3, derivative=True), right, rtol=1e-13)
        assert ad.grad(getattr(special, name), 1)(2, 2.3) == pytest.approx(right, rel=1e-13)


def test_counts_in_scipys_words():
    n, k = np.array([5.0, 5.0, 3.0]), np.array([2.0, 7.0, -1.0])
    for f in (special.comb, special.perm):
        right = getattr(scipy.special, f.__name__)(n, k)
        assert np.allclose(f(n, k), right, rtol=1e-14)
        assert np.isfinite(ad.jacobian(f)(n, k)).all()
    assert ad.grad(special.factorial)(3.0) == pytest.approx(6 * scipy.special.psi(4.0), rel=1e-14)
    for name in ("comb", "perm"):
        with pytest.raises(TypeError, match=f"{name}: exact=True counts with whole numbers"):
            getattr(special, name)(5, 2, exact=True)
    assert special.multigammaln(3.5, 2) == pytest.approx(
        scipy.special.multigammaln(3.5, 2), rel=1e-14
    )
