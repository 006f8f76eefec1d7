"""The softmax and its logarithm: values, derivatives and laws."""

import numpy as np
import pytest

import autodiff as ad
from autodiff.ops import softmax
from autodiff.testing import check

ROWS = np.array([[0.3, -1.2, 2.5, 0.7], [1.1, 0.4, -0.6, 1.9], [-2.0, 0.1, 0.8, -0.9]])


def test_softmax_of_large_and_excluded_numbers():
    torch = pytest.importorskip("torch")
    for row in ([1000.0, 999.0, -np.inf], [-1e308, 0.0, 1e308]):
        for name in ("softmax", "log_softmax"):
            found = getattr(ad.tensor(row), name)(0).numpy()
            np.testing.assert_allclose(found, getattr(torch.tensor(np.array(row)), name)(0).numpy())
    y = ad.tensor([0.0, -np.inf], requires_grad=True)
    (y.softmax(0) * ad.tensor([2.0, 3.0])).sum().backward()
    assert y.grad.tolist() == [0.0, 0.0]


@pytest.mark.parametrize("row", [softmax.shares, softmax.log_shares], ids=lambda row: row.name)
def test_the_rows_of_softmax_obey_every_law(row):
    check(row)


def test_softmax_in_every_mode():
    x = ROWS[0]
    jacobian = np.diag(softmax.softmax(x)) - np.outer(softmax.softmax(x), softmax.softmax(x))
    np.testing.assert_allclose(ad.jacfwd(softmax.softmax)(x), jacobian, atol=1e-15)
    np.testing.assert_allclose(ad.jacrev(softmax.softmax)(x), jacobian, atol=1e-15)
    each = ad.vmap(softmax.log_softmax)(ROWS)
    np.testing.assert_allclose(each, softmax.log_softmax(ROWS, axis=1), atol=1e-15)
    hessian = ad.hessian(lambda x: softmax.log_softmax(x)[0])(x)
    np.testing.assert_allclose(hessian, -jacobian, atol=1e-15)
