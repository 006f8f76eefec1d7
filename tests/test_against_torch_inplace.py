"""Random programs of views, changes in place and arithmetic, beside PyTorch's own answers.

Each program runs under both libraries.  Where both give an answer it is the same one; ours may
refuse a program (a rule still needed the value), but not a large part of them.
"""

import random
import warnings

import numpy as np
import pytest

import autodiff as ad

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    torch = pytest.importorskip("torch")

A = np.array([[0.5, -1.0, 2.0], [1.5, 0.25, -0.75]])
B = np.array([[1.0, 2.0, -1.0], [0.3, -0.6, 0.9]])

# (statement with x and y of one shape, or a new value of x's shape with `new =`)
SAME = [
    *["new = x * y", "new = x + y", "new = x - y", "new = x.sin()", "new = x.exp()"],
    *["new = x * 2.0", "new = x.clone()", "new = x.detach()", "new = T.where(x > 0, x, y)"],
]
CHANGES = [
    *["x.add_(y)", "x.sub_(y)", "x.mul_(y)", "x.mul_(1.5)", "x += 1.0", "x.zero_()", "x.copy_(y)"],
    *["x.fill_(2.0)", "x[0] = 0.5", "x[0:1] *= 2.0", "x[0:1] = y[0:1] * 3.0", "x[[0]] = 0.25"],
    *["x[x > 1.0] = 0.25", "x[...] = 0.5"],
]
VIEWS = {
    "new = x[0]": lambda s: s[1:],
    "new = x[0:1]": lambda s: (1, *s[1:]),
    "new = x.reshape(-1)": lambda s: (int(np.prod(s)),),
    "new = x.unsqueeze(0)": lambda s: (1, *s),
    "new = x[[0, 0]]": lambda s: (2, *s[1:]),
    "new = x.transpose(0, -1)": lambda s: (*s[1:], s[0]) if len(s) == 2 else s,
}


def program(number):
    """The lines of a random program, and the names it defines."""
    draw, shapes, lines = random.Random(number), {"a": (2, 3), "b": (2, 3), "c": (2, 3)}, []
    while len(lines) < draw.randint(8, 16):
        x = draw.choice([name for name, shape in shapes.items() if 0 < len(shape) < 3])
        y = draw.choice([name for name, shape in shapes.items() if shape == shapes[x]])
        view = draw.choice(list(VIEWS))
        line = draw.choice([draw.choice(SAME), view, draw.choice(CHANGES)])
        new = f"v{len(shapes)}"
        if line.startswith("new"):
            shapes[new] = VIEWS[view](shapes[x]) if line == view else shapes[x]
        words = {"x": x, "y": y, "new": new}
        lines.append(replace_words(line, words))
    return lines, list(shapes)


def replace_words(line, words):
    tokens, word = [], ""
    for character in [*line, " "]:
        if character.isalnum() or character == "_":
            word += character
        else:
            tokens += [words.get(word, word), character]
            word = ""
    return "".join(tokens).strip()


def outcome(library, lines, names):
    """Values and gradients of the program, or None where it raises."""
    p, q = (library.tensor(start, requires_grad=True) for start in (A, B))
    scope = {"T": library, "a": p * 1.0, "b": q * 1.0, "c": library.tensor(np.ones((2, 3)))}
    try:
        for line in lines:
            exec(line, scope)
        total = sum((scope[name] ** 2).sum() * (i + 1.0) for i, name in enumerate(names))
        total.backward()
    except (RuntimeError, ValueError):
        return None
    found = [scope[name] for name in names]
    gradients = [library.zeros_like(x) if x.grad is None else x.grad for x in (p, q)]
    return [x.detach().numpy() for x in found + gradients]


@pytest.mark.parametrize("block", range(4))
def test_random_programs(block):
    answered = refused = 0
    for number in range(200 * block, 200 * (block + 1)):
        lines, names = program(number)
        theirs, ours = outcome(torch, lines, names), outcome(ad, lines, names)
        if theirs is None:
            continue
        answered += 1
        refused += ours is None
        for name, one, other in zip([*names, "a.grad", "b.grad"], ours or [], theirs):
            np.testing.assert_allclose(
                one,
                other,
                rtol=1e-9,
                atol=1e-12,
                err_msg="\n".join([f"program {number}", *lines, name]),
            )
    assert answered > 100
    assert refused < answered / 3
