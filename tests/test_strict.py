"""strict=True: a path to an input that is cut raises and names the line, and nothing else does."""

import numpy as np
import pytest

import autodiff as ad

X = np.array([0.3, 1.7, -2.2])
CUTS = {
    "stop_gradient": lambda x: (ad.stop_gradient(x) * x).sum(),
    "detach": lambda x: (x.detach() * x).sum(),
    "convert": lambda x: (x.astype(int) * x).sum(),
    "first_largest": lambda x: x[x.argmax()] * x.argmax(),
    "floor": lambda x: (ad.floor(x) + x).sum(),
    "rint": lambda x: (ad.round(x) * x).sum(),
    "real_sign": lambda x: (ad.sign(x) * x).sum(),
}


@pytest.mark.parametrize("name", CUTS)
def test_a_cut_raises_and_names_the_line(name):
    f = CUTS[name]
    ad.grad(f)(X)
    where = f"{__file__}:{f.__code__.co_firstlineno}"
    with pytest.raises(ad.CutError, match="strict=True") as raised:
        ad.grad(f, strict=True)(X)
    assert where in str(raised.value)
    with pytest.raises(ad.CutError):
        ad.value_and_grad(f, strict=True)(X)


@pytest.mark.parametrize(
    "f",
    [
        lambda x: ad.where(x > 0, x, -x).sum(),
        lambda x: (x * x if x.sum() > 0 else -x).sum(),
        lambda x: ad.max(x) + ad.norm(x) + abs(x).sum() + ad.relu(x).sum(),
        lambda x: x[np.array([0, 2])].prod() + ad.exp(x[1:]).mean(),
        lambda x: (x - x.max()).std(),
    ],
)
def test_what_is_whole_passes(f):
    np.testing.assert_array_equal(ad.grad(f, strict=True)(X), ad.grad(f)(X))


def test_an_input_without_influence_is_named():
    with pytest.raises(ad.CutError, match=r"argument \[1\]"):
        ad.grad(lambda x, y: x * x, (0, 1), strict=True)(2.0, 3.0)


def test_a_cut_of_an_outer_value_is_its_own_affair():
    def outer(a):
        return ad.grad(lambda x: x * ad.stop_gradient(a), strict=True)(1.0)

    assert float(ad.grad(outer)(2.0)) == 0.0
    with pytest.raises(ad.CutError):
        ad.grad(lambda a: ad.grad(lambda x: x * ad.stop_gradient(a))(1.0), strict=True)(2.0)


def test_strictness_ends_with_its_call():
    with pytest.raises(ad.CutError):
        ad.grad(CUTS["detach"], strict=True)(X)
    assert ad.grad(CUTS["detach"])(X).tolist() == X.tolist()
