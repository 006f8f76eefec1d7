"""Complex numbers natively: pairs of real ones, with the numbers of the rows."""

import itertools

import numpy as np
import pytest

import autodiff as ad
from autodiff.compile.jit import jit

RNG = np.random.default_rng(0)


@pytest.fixture(autouse=True)
def no_disk(monkeypatch):
    monkeypatch.setenv("AUTODIFF_CACHE", "")


def leaves(tree):
    return ad.core.tree.flatten(tree)[0]


def close(found, wanted, ulps=8):
    """Near in units in the last place of the largest number; special values exactly."""
    found, wanted = np.asarray(found), np.asarray(wanted)
    assert (found.dtype, found.shape) == (wanted.dtype, wanted.shape)
    if wanted.dtype.kind not in "fc":
        np.testing.assert_array_equal(found, wanted)
        return
    finite = np.abs(wanted[np.isfinite(wanted)])
    room = ulps * np.finfo(wanted.dtype).eps * (finite.max() if finite.size else 1)
    np.testing.assert_allclose(found, wanted, rtol=0, atol=room)


def compared(f, *args, calls=()):
    """The compiled function gives what the function gives, and calls back these rows alone."""
    c = jit(f)
    with np.errstate(all="ignore"):
        wanted = f(*args)
    for found, w in zip(leaves(c(*args)), leaves(wanted)):
        close(found, w)
    assert c.programs
    assert set(c.report.calls) == set(calls)


def numbers(shape, dtype):
    return (RNG.normal(size=shape) + 1j * RNG.normal(size=shape)).astype(dtype)


CASES = {
    "sum": lambda a, b: a + b,
    "difference": lambda a, b: a - b,
    "product": lambda a, b: a * b,
    "quotient": lambda a, b: (a / b, 1 / a, a / 3, b / (1 + 2j)),
    "exp": lambda a, b: ad.exp(a),
    "abs": lambda a, b: ad.absolute(a),
    "conj": lambda a, b: ad.conj(a) * b,
    "parts": lambda a, b: (ad.real(a), ad.imag(b)),
    "negative": lambda a, b: (-a, +b),
    "powers": lambda a, b: (a**2, ad.square(b), a**1),
    "itself": lambda a, b: (a, b, a.T, a[::-1]),
    "moved": lambda a, b: (a.T + 1, a[1:] * b[:1], ad.flip(a, 0) - b, a.reshape(-1) * 2),
    "sums": lambda a, b: ((a * b).sum(), a.mean(0), a.sum(1), ad.cumsum(a, 1)),
    "joined": lambda a, b: (ad.concatenate([a, b * 2]), ad.stack([a, b])),
    "taken": lambda a, b: a[np.array([0, 2, 1])] * 2,
    "constants": lambda a, b: a * 2j + 3 - np.complex128(1 - 1j),
    "real and complex": lambda a, b: (ad.real(a) * b + 1, ad.exp(1j * ad.real(a))),
    "single and double": lambda a, b: a.astype(np.complex64) * b,
    "chosen": lambda a, b: ad.where(ad.real(a) > 0, a, b),
    "compared": lambda a, b: (a == b, a != b, ad.isnan(a), ad.isfinite(b), ad.isinf(a)),
    "angle": lambda a, b: ad.angle(a),
    "converted": lambda a, b: ad.real(a).astype(complex) * b,
    "scaled by a sum": lambda a, b: (a * b).sum() * a,
    "loop": lambda a, b: ad.fori_loop(0, 20, lambda i, s: s * 0.5 + b, a),
    "gradient": lambda a, b: ad.grad(lambda a: ad.absolute(ad.exp(a) * b / (a + 2)).sum())(a),
    "root": lambda a, b: (ad.sqrt(a), ad.sqrt(b * 1e-3), 1 / ad.sqrt(a * b)),
    "waves": lambda a, b: (ad.sin(a), ad.cos(b), ad.tan(a) * b),
    "hyperbolic": lambda a, b: (ad.sinh(a * 3), ad.cosh(b), ad.tanh(a) + ad.tanh(b * 9)),
    "gradient of waves": lambda a, b: ad.grad(lambda a: ad.absolute(ad.sin(a) / ad.cosh(a)).sum())(
        a
    ),
    "logarithm": lambda a, b: (ad.log(a), ad.log(b * 1e3), ad.reciprocal(a)),
    "gradients of both": lambda a, b: ad.grad(lambda a: ad.absolute(ad.log(a) / ad.sqrt(a)).sum())(
        a
    ),
    "gradient of a square": lambda a, b: ad.grad(lambda a: ad.real(a * ad.conj(a)).sum())(a),
}


@pytest.mark.parametrize("dtype", [np.complex128, np.complex64], ids=["double", "single"])
@pytest.mark.parametrize("title", CASES)
def test_numbers_of_the_rows(title, dtype):
    for shape in ((3, 5), (3, 17), (3, 1)):
        a, b = numbers(shape, dtype), numbers(shape, dtype)
        for layout in (np.ascontiguousarray, np.asfortranarray, lambda x: x[::-1]):
            compared(CASES[title], layout(a), layout(b))


SPECIAL = [0.0, -0.0, 1.0, -2.5, np.inf, -np.inf, np.nan, 710.0, 1e-310, 1e200, -3e250]


@pytest.mark.parametrize("dtype", [np.complex128, np.complex64], ids=["double", "single"])
@pytest.mark.parametrize(
    "name",
    "add multiply divide exp absolute conjugate sqrt log sin cos tan sinh cosh tanh".split(),
)
def test_special_values(name, dtype):
    with np.errstate(all="ignore"):
        # where a product overflows, NumPy's own loops differ from machine to machine
        some = [x for x in SPECIAL if name != "multiply" or not 1e100 < abs(x) < np.inf]
        z = np.array([complex(x, y) for x, y in itertools.product(some, some)]).astype(dtype)
        row = ad.core.op.Op.table[name]
        args = [g.ravel() for g in np.meshgrid(*[z] * len(row.arguments))]
        wanted = row.evaluate(*args)
        found = jit(lambda *xs: row(*xs))(*args)
        # a part of a product may cancel: it is right in units of the whole
        sizes = [np.abs(a.astype(np.clongdouble)) for a in args]
        whole = sizes[0] * sizes[1] if name == "multiply" else np.abs(wanted)
    assert found.dtype == wanted.dtype
    for f, w in ((found.real, wanted.real), (found.imag, wanted.imag)):
        with np.errstate(all="ignore"):
            size = np.where(np.isfinite(whole), whole, np.abs(w))
            near = np.abs(f - w) <= 16 * np.finfo(w.dtype).eps * size + np.finfo(w.dtype).tiny
        same = near | (f == w) | (np.isnan(f) & np.isnan(w))
        assert same.all(), [(*(a[~same][:5] for a in args), found[~same][:5], wanted[~same][:5])]


def test_logarithms_near_the_unit_circle():
    """Their real part is small there, and keeps its digits."""
    angle = RNG.uniform(0, 6.3, 2000)
    size = 1 + RNG.choice([1e-14, 1e-9, 1e-4, 0.1], 2000) * RNG.normal(size=2000)
    z = size * np.exp(1j * angle)
    found, wanted = jit(lambda z: ad.log(z))(z), np.log(z)
    np.testing.assert_allclose(np.real(found), np.real(wanted), rtol=1e-14)
    np.testing.assert_allclose(np.imag(found), np.imag(wanted), rtol=1e-14)


def test_numbers_and_empty_arrays():
    z = np.array(1 + 2j)
    compared(lambda z: (z * z, ad.exp(z), ad.absolute(z)), z)
    compared(lambda z: (z * 2, z.sum(), z.T + 1), np.zeros((0, 3), complex))
    compared(lambda x, k: ad.exp(k * x), np.arange(3.0), 2j)
    compared(lambda z, x: z * x + z[:, None], numbers(4, complex), np.float32(2) * np.ones((4, 4)))


def test_rows_without_native_code_read_and_give_arrays():
    a = numbers((4, 4), complex)
    compared(lambda a: ad.fft.fft(a.T * 2) * a, a, calls=["fourier"])
    compared(lambda a: a @ a + 1, a, calls=["matrix_product"])
    compared(lambda a: ad.arctan(a) * a, a, calls=["atan"])


@pytest.mark.parametrize("f", [ad.linalg.eig, ad.linalg.eigvals, lambda a: ad.linalg.eig(a)[1]])
def test_eigenvalues_of_any_matrix(f):
    a = numbers((2, 3, 3), complex)
    compared(f, a, calls=["spectral"])
    c = jit(lambda a: np.linalg.eig(a))
    assert [y.dtype for y in c(a.real)] == [complex, complex]
    assert c.programs
    slope = ad.grad(lambda a: ad.absolute(np.linalg.eig(a)[0]).sum())
    close(jit(slope)(a[0]), slope(a[0]), 100)


def test_loops_with_complex_states():
    z = numbers(5, complex)

    def julia(z):
        return ad.while_loop(
            lambda s: ad.absolute(s).max() < 50, lambda s: s * s * 0.9 + 0.3j + s, z
        )

    compared(lambda z: julia(z)[0], z)
    compared(ad.grad(lambda z: ad.real(ad.fori_loop(0, 30, lambda i, s: s * z * 0.5, z)).sum()), z)
    scanned = lambda z: ad.scan(lambda c, x: (c * x + 1j, c / (x + 3)), z[0] * 0, ad.tile(z, 5))  # noqa: E731
    compared(scanned, z)


def test_other_dtypes_are_copied():
    compared(lambda x: (x, x.T), np.ones((2, 3), np.float16), calls=["stop_gradient"])
