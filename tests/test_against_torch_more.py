"""The same program under PyTorch and here: printing, passes, hooks and errors."""

import pytest
from beside_torch import double_precision as double_precision, leaf, same, torch

import autodiff as ad

SHOWN = {
    "zeros with signs": lambda T: T.tensor([-0.0, 0.0, 1.0]),
    "a long row": lambda T: T.arange(2000.0),
    "a large matrix": lambda T: T.zeros(1001).reshape(7, 143),
    "a stack": lambda T: T.ones(2, 3, 4),
    "a large stack": lambda T: T.ones(20, 30, 40),
    "lines that are full": lambda T: T.ones(3, 300),
    "a wide range of whole numbers": lambda T: T.tensor([100000.0, 1.0]),
    "a large whole number": lambda T: T.tensor([1e8, 1.0]),
    "a small number": lambda T: T.tensor([1e-5, 2.5]),
    "numbers without end": lambda T: T.tensor([float("nan"), float("inf"), -float("inf"), 1.5]),
    "whole numbers and NaN": lambda T: T.tensor([float("nan"), 1.0]),
    "complex": lambda T: T.tensor([1 + 2j, -3.5j, 0.25]),
    "nothing": lambda T: [T.zeros(0, 3), T.tensor([]), T.zeros(3, 0, 2)],
    "truth values": lambda T: [T.tensor([True, False]), T.tensor([[True], [True]])],
    "integers": lambda T: [T.arange(100).reshape(10, 10), T.tensor([1, -200])],
    "single precision": lambda T: T.ones(2, 2, dtype=T.float32, requires_grad=True),
    "one number": lambda T: [T.tensor(1e-5), T.tensor(-0.0), T.tensor(float("nan")), T.tensor(3)],
    "a word on its own line": lambda T: T.ones(1, 16, requires_grad=True) / 3,
}


@pytest.mark.parametrize("name", SHOWN)
def test_tensors_are_shown_alike(name):
    same(SHOWN[name])


@pytest.mark.parametrize(
    "options",
    [
        {"precision": 2},
        {"threshold": 10, "edgeitems": 1},
        {"linewidth": 40},
        {"sci_mode": True},
        {"sci_mode": False},
        {"profile": "short"},
        {"profile": "full"},
    ],
    ids=str,
)
def test_print_options_are_read_alike(options):
    def program(T):
        T.set_printoptions(**options)
        try:
            return repr(T.arange(30.0) / 7), repr(T.tensor([1e9, 1e-9]))
        finally:
            T.set_printoptions(profile="default")

    same(program)


def test_unknown_print_options_raise():
    with pytest.raises(ValueError, match="profile='loud'"):
        ad.set_printoptions(profile="loud")


def hooks_after_accumulation(T):
    seen, x = [], leaf(T, 1.0, 2.0)
    handle = x.register_post_accumulate_grad_hook(lambda p: seen.append((p is x, p.grad.tolist())))
    x.sum().backward()
    handle.remove()
    x.sum().backward()
    return seen


def gradient_of_a_computed_value(T):
    x = leaf(T, 1.0, 2.0)
    y = x * 2
    (y * y).sum().backward(inputs=[y])
    return y.grad, x.grad


def stacked_cotangents(T):
    x, w = leaf(T, 1.0, 2.0), leaf(T, 3.0)
    return T.autograd.grad(x**2 * w, [x, w], T.eye(2), is_grads_batched=True)


def zeros_for_the_unused(T):
    x, w = leaf(T, 1.0, 2.0), leaf(T, 3.0)
    return T.autograd.grad((x * 2).sum(), [x, w], materialize_grads=True)


def names_of_operations(T):
    x = leaf(T, 1.0, 2.0)
    y = (x * 2) + 1
    parts = [x[:1], x[0], x[[0, 1]], x.exp(), y]
    return [[p.grad_fn for p in parts], y.grad_fn.next_functions, y.grad_fn is y.grad_fn]


def notes_on_an_operation(T):
    y = leaf(T, 1.0) * 2
    y.grad_fn.metadata["a"] = 1
    return y.grad_fn.metadata


def versions(T):
    x = T.ones(2)
    found = [x._version]
    x.add_(1)
    y = x[:1]
    y.mul_(2)
    return [*found, x._version, y._version, y._is_view(), y._base is x, x._base]


def membership(T):
    return 2.0 in T.arange(3.0), T.tensor(5.0) in T.arange(3.0)


def inference(T):
    x = leaf(T, 1.0)

    @T.inference_mode()
    def double(x):
        return x * 2, T.is_inference_mode_enabled()

    return double(x)[0].requires_grad, double(x)[1], T.is_inference_mode_enabled()


def several_hooks(T):
    seen, x = [], leaf(T, 1.0, 2.0)
    y, z = x * 2, x * 3
    for mode in ("all", "any"):
        note = (lambda gs: seen.append([g.tolist() for g in gs])) if mode == "all" else seen.append
        T.autograd.graph.register_multi_grad_hook([y, z], note, mode=mode)
    (y + z).sum().backward()
    return seen


PASSES = [
    hooks_after_accumulation, gradient_of_a_computed_value, stacked_cotangents, versions,
    zeros_for_the_unused, names_of_operations, notes_on_an_operation, membership, inference,
    several_hooks,
]  # fmt: skip


@pytest.mark.parametrize("program", PASSES, ids=lambda f: f.__name__)
def test_passes_are_alike(program):
    same(program)


def assigned_number(T):
    leaf(T, 1.0).grad = 3


def assigned_itself(T):
    x = leaf(T, 1.0)
    x.grad = x


def assigned_other_dtype(T):
    leaf(T, 1.0).grad = T.ones(1, dtype=T.float32)


def second_pass(T):
    y = (leaf(T, 1.0) ** 2).sum()
    y.backward()
    y.backward()


def wrong_cotangent(T):
    (leaf(T, 1.0) * 2).backward(T.ones(3))


def unused(T):
    T.autograd.grad(leaf(T, 1.0).sum(), [leaf(T, 2.0)])


def contradiction(T):
    x = leaf(T, 1.0)
    T.autograd.grad(x.sum(), x, allow_unused=False, materialize_grads=True)


def no_inputs(T):
    leaf(T, 1.0).sum().backward(inputs=[])


def hook_of_a_computed_value(T):
    (leaf(T, 1.0) * 2).register_post_accumulate_grad_hook(print)


def hook_that_returns_a_number(T):
    x = leaf(T, 1.0)
    x.register_hook(lambda g: 3)
    x.sum().backward()


def mode_that_is_a_word(T):
    T.set_grad_enabled("no")


def text_in_a_tensor(T):
    return "a" in T.arange(3.0)


FAULTS = {
    assigned_number: (TypeError, "assigned grad"),
    assigned_itself: (RuntimeError, "its own grad"),
    assigned_other_dtype: (RuntimeError, "grad"),
    second_pass: (RuntimeError, "Trying to backward through the graph a second time"),
    wrong_cotangent: (RuntimeError, r"Mismatch in shape: grad_output\[0\] has a shape of"),
    unused: (RuntimeError, "Set allow_unused=True if this is the desired behavior"),
    contradiction: (ValueError, "Expected allow_unused to be True or not passed"),
    no_inputs: (RuntimeError, r"`inputs` argument to `backward\(\)` cannot be empty"),
    hook_of_a_computed_value: (RuntimeError, "post accumulate grad hooks cannot be registered"),
    hook_that_returns_a_number: (TypeError, "hook returned"),
    mode_that_is_a_word: (TypeError, "must be bool"),
    text_in_a_tensor: (RuntimeError, "Tensor.__contains__ only supports"),
}


@pytest.mark.parametrize("fault", FAULTS, ids=lambda f: f.__name__)
@pytest.mark.parametrize("library", [ad, torch], ids=["ours", "theirs"])
def test_faults_have_the_same_type_and_words(library, fault):
    kind, words = FAULTS[fault]
    with pytest.raises(kind, match=words):
        fault(library)
