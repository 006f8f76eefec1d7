"""`asarray`: what becomes a tensor without a copy, with one, or not at all."""

import numpy as np
import pytest

import autodiff as ad


def test_memory_is_shared_unless_a_copy_is_asked_for():
    array = np.array([1.0, 2.0])
    shared, copied = ad.asarray(array), ad.asarray(array, copy=True)
    array[0] = 5.0
    assert shared.tolist() == [5.0, 2.0]
    assert copied.tolist() == [1.0, 2.0]
    assert ad.asarray(array, copy=False, requires_grad=True).requires_grad


def test_a_tensor_stays_itself():
    x = ad.tensor([1.0, 2.0], requires_grad=True)
    assert ad.asarray(x) is ad.asarray(x, copy=False) is ad.asarray(x, dtype=float) is x
    assert ad.asarray(x, requires_grad=True) is x
    assert not ad.asarray(x, requires_grad=False).requires_grad
    assert x.requires_grad
    for y in (ad.asarray(x, copy=True), ad.asarray(x, dtype=ad.float32)):
        assert y is not x
        assert not y.is_leaf
        y.sum().backward()
    assert x.grad.tolist() == [2.0, 2.0]


def test_lists_of_tensors_keep_their_derivative():
    x = ad.tensor(3.0, requires_grad=True)
    y = ad.asarray([[x, 1.0], [2.0, x * x]])
    assert y.shape == (2, 2)
    y.sum().backward()
    assert x.grad.item() == 7.0
    assert ad.asarray([1, 2]).dtype == np.int64


def test_other_libraries_share_by_dlpack():
    class Lender:
        def __init__(self, array):
            self.array = array

        def __dlpack__(self, **options):
            return self.array.__dlpack__(**options)

        def __dlpack_device__(self):
            return self.array.__dlpack_device__()

    array = np.array([1.0, 2.0])
    y = ad.asarray(Lender(array), copy=None)
    array[0] = 5.0
    assert y.tolist() == [5.0, 2.0]
    assert ad.asarray(bytearray(np.ones(3).tobytes())).tolist() == [1.0, 1.0, 1.0]


def test_torch_lends_its_memory():
    torch = pytest.importorskip("torch")
    theirs = torch.tensor([1.0, 2.0])
    ours = ad.asarray(theirs)
    theirs[0] = 5.0
    assert ours.tolist() == [5.0, 2.0]
    assert ours.dtype == ad.float32


@pytest.mark.parametrize("transform", [ad.grad, lambda f: ad.jit(ad.grad(f))])
def test_under_transforms(transform):
    assert transform(lambda x: ad.asarray([x, x * x]).sum())(3.0) == 7.0
    assert transform(lambda x: ad.asarray(x, copy=True) * 2)(3.0) == 2.0
    assert transform(lambda x: ad.asarray(x, requires_grad=False) * x)(3.0) == 3.0
    assert ad.jvp(lambda x: ad.asarray(x, copy=True) * 2, (3.0,), (1.0,))[1] == 2.0


@pytest.mark.parametrize(
    ("make", "error", "text"),
    [
        (lambda: ad.asarray([1.0], copy=False), ValueError, "a list as float64 needs a copy"),
        (lambda: ad.asarray(np.float64(1), copy=False), ValueError, "needs a copy"),
        (lambda: ad.asarray(ad.ones(2), dtype=ad.float32, copy=False), ValueError, "as float32"),
        (lambda: ad.asarray("one"), TypeError, "of type str"),
        (lambda: ad.asarray([1, 2], requires_grad=True), RuntimeError, "floating point"),
        (lambda: ad.asarray([[1.0], [1.0, 2.0]]), ValueError, "different lengths"),
    ],
)
def test_what_cannot_be(make, error, text):
    with pytest.raises(error, match=text):
        make()
