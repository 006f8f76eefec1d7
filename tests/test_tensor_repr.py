"""What eager tensors look like when printed and formatted: as PyTorch prints them.

The default float is float64, so it is float32 that is named in the text.
"""

import pytest

import autodiff as ad

NAN, INF = float("nan"), float("inf")


@pytest.mark.parametrize(
    ("data", "shown"),
    [
        (3, "tensor(3)"),
        (3.0, "tensor(3.)"),
        (3.5, "tensor(3.5000)"),
        (1 / 3, "tensor(0.3333)"),
        (-2.0, "tensor(-2.)"),
        (1e-3, "tensor(0.0010)"),
        (1e-5, "tensor(1.0000e-05)"),
        (123456.75, "tensor(123456.7500)"),
        (123456789.0, "tensor(1.2346e+08)"),
        (NAN, "tensor(nan)"),
        (INF, "tensor(inf)"),
        (True, "tensor(True)"),
        (2 - 1j, "tensor(2.-1.j)"),
        ([], "tensor([])"),
        ([1, 2, 3], "tensor([1, 2, 3])"),
        ([1, -1], "tensor([ 1, -1])"),
        ([True, False], "tensor([ True, False])"),
        ([1.0, -1.0], "tensor([ 1., -1.])"),
        ([0.0, 4.0, 12.0], "tensor([ 0.,  4., 12.])"),
        ([1.5, 2, 3], "tensor([1.5000, 2.0000, 3.0000])"),
        ([0.5, 100.25], "tensor([  0.5000, 100.2500])"),
        ([1e10, 1.0], "tensor([1.0000e+10, 1.0000e+00])"),
        ([1e-5, 1.0], "tensor([1.0000e-05, 1.0000e+00])"),
        ([1 / 3, 1000.5], "tensor([3.3333e-01, 1.0005e+03])"),
        ([NAN, INF], "tensor([nan, inf])"),
        ([1.5, -INF], "tensor([1.5000,   -inf])"),
        ([1 + 2j], "tensor([1.+2.j])"),
        ([[1.0]], "tensor([[1.]])"),
        ([[1.0, 2.0], [3.0, 4.0]], "tensor([[1., 2.],\n        [3., 4.]])"),
        ([[1, 20], [300, 4]], "tensor([[  1,  20],\n        [300,   4]])"),
    ],
)
def test_constants_print_as_torch_prints_them(data, shown):
    assert repr(ad.tensor(data)) == str(ad.tensor(data)) == shown


def test_three_dimensions_are_set_apart_by_an_empty_line():
    blocks = "tensor([[[0., 0.],\n         [0., 0.]],\n\n        [[0., 0.],\n         [0., 0.]]])"
    assert repr(ad.zeros(2, 2, 2)) == blocks


def test_an_empty_tensor_shows_its_size():
    assert repr(ad.zeros(2, 0)) == "tensor([], size=(2, 0))"


def test_long_lines_are_broken_under_the_first_element():
    assert repr(ad.arange(30.0)) == (
        "tensor([ 0.,  1.,  2.,  3.,  4.,  5.,  6.,  7.,  8.,  9., 10., 11., 12., 13.,\n"
        "        14., 15., 16., 17., 18., 19., 20., 21., 22., 23., 24., 25., 26., 27.,\n"
        "        28., 29.])"
    )


def test_long_tensors_are_abridged():
    shown = repr(ad.arange(2000))
    assert shown.startswith("tensor([   0,    1,    2, ")
    assert shown.endswith(" ..., 1997, 1998, 1999])")


def test_a_dtype_that_is_not_the_default_is_named():
    assert repr(ad.tensor([1.0, 2.0], dtype=ad.float32)).startswith("tensor([1., 2.], dtype=")
    assert "float32" in repr(ad.tensor([1.0], dtype=ad.float32))
    assert "int32" in repr(ad.tensor([1], dtype=ad.int32))
    assert "complex64" in repr(ad.tensor([1j], dtype=ad.complex64))


def test_a_leaf_on_the_tape_says_requires_grad():
    assert repr(ad.tensor(3.5, requires_grad=True)) == "tensor(3.5000, requires_grad=True)"
    x = ad.tensor([1.0, 2.0], dtype=ad.float32, requires_grad=True)
    assert repr(x).endswith("float32, requires_grad=True)")


def test_a_computed_tensor_names_the_function_that_made_it():
    x = ad.tensor([1.0, 2.0], requires_grad=True)
    assert repr(x * 2) == "tensor([2., 4.], grad_fn=<MulBackward0>)"
    assert repr(x.sum()) == "tensor(3., grad_fn=<SumBackward0>)"
    assert repr((x * 2).detach()) == "tensor([2., 4.])"


@pytest.mark.parametrize(
    ("function", "name"),
    [
        (lambda x: x + x, "AddBackward0"),
        (lambda x: x - x, "SubBackward0"),
        (lambda x: x * x, "MulBackward0"),
        (lambda x: x / x, "DivBackward0"),
        (lambda x: -x, "NegBackward0"),
        (lambda x: x**2, "PowBackward0"),
        (lambda x: x.exp(), "ExpBackward0"),
        (lambda x: x.log(), "LogBackward0"),
        (lambda x: x.sin(), "SinBackward0"),
        (lambda x: x.cos(), "CosBackward0"),
        (lambda x: x.tanh(), "TanhBackward0"),
        (lambda x: x.sqrt(), "SqrtBackward0"),
        (lambda x: x.abs(), "AbsBackward0"),
        (lambda x: x.relu(), "ReluBackward0"),
        (lambda x: x.sigmoid(), "SigmoidBackward0"),
    ],
)
def test_the_maker_of_a_value_is_named_as_in_torch(function, name):
    maker = function(ad.tensor([1.0, 2.0], requires_grad=True)).grad_fn
    assert maker.name() == name
    assert name in repr(maker)


def test_a_scalar_formats_as_its_number():
    assert f"{ad.tensor(28.0)}" == "28.0"
    assert f"{ad.tensor(2.5, requires_grad=True) * 2}" == "5.0"
    assert f"{ad.tensor(3):03d}" == "003"
    assert f"{ad.tensor(2.5, requires_grad=True):.3f}" == "2.500"
    assert f"{ad.tensor(2.5):>8.2f}|" == "    2.50|"
    assert f"{ad.tensor(True)}" == "True"


def test_an_array_formats_as_its_repr():
    x = ad.tensor([2.5], requires_grad=True)
    assert f"{x}" == repr(x) == "tensor([2.5000], requires_grad=True)"


def test_a_number_format_of_an_array_raises():
    with pytest.raises(TypeError):
        f"{ad.tensor([2.5]):.3f}"


def test_print_shows_the_repr(capsys):
    print(ad.tensor([1.0, 2.0]), ad.tensor(3.0, requires_grad=True).detach())
    assert capsys.readouterr().out == "tensor([1., 2.]) tensor(3.)\n"
