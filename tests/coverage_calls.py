"""How every public name of numpy, numpy.linalg, numpy.fft and scipy.special is called.

module -> {name: (kind, calls, what is said of it)}; what the tests of these modules call is taken
from them, and what the rows of special functions are tried with is the laws' own.
"""
# ruff: noqa: E501, E731 - tables are laid out as tables

import inspect
from typing import Any

import numpy as np
import scipy.special
import test_fft
import test_linalg
import test_numpy_functions as functions
from coverage_marks import CONSTANT, DERIVED, PLAIN, Call
from numpy_table import TABLE

import autodiff.numpy
import autodiff.scipy.special as special
from autodiff.core.op import Op
from autodiff.testing.sample import cases, replaced

anp: Any = autodiff.numpy
V = np.array([0.3, -0.7, 1.1, 0.45, -1.3])
I = np.array([5, 3])


def filling(fill):
    """A function that fills an array like its argument."""

    def filled(x):
        z = np.zeros_like(x)
        fill(z, x)
        return z * x

    return filled


def fill_matrix(fill):
    def filled(x):
        z = np.zeros_like(x, shape=(2, 2))
        fill(z, x)
        return z

    return filled


FILLING = {
    "copyto": filling(lambda z, x: np.copyto(z, x * x)),
    "put": filling(lambda z, x: np.put(z, [0, 2], x[1:3])),
    "putmask": filling(lambda z, x: np.putmask(z, V > 0.4, x * 5)),
    "place": filling(lambda z, x: np.place(z, V < 0, [x[0] * 7])),
    "put_along_axis": fill_matrix(
        lambda z, x: np.put_along_axis(z, np.array([[1], [0]]), x[2:4].reshape(2, 1), axis=1)
    ),
    "fill_diagonal": fill_matrix(lambda z, x: np.fill_diagonal(z, x[:2])),
}
# What makes arrays of values that are being differentiated does so in our namespace.
MADE = {
    "array": lambda x: anp.array([x[0], x[1] * x[2]]),
    "asarray": lambda x: anp.asarray([x[0], x[1] * x[2]]),
    "asanyarray": lambda x: anp.asanyarray([x[0], x[1] * x[2]]),
    "ascontiguousarray": lambda x: anp.ascontiguousarray([x[0], x[1] * x[2]]),
    "asfortranarray": lambda x: anp.asfortranarray([x[0], x[1] * x[2]]),
    "full": lambda x: anp.full((2, 3), x[0] * x[1]),
    "arange": lambda x: anp.arange(x[0], x[0] + 3, 1.0),
}
INTEGERS = {
    name: (lambda x, name=name, rest=args[1:]: getattr(np, name)(x.astype(int), *rest))
    for name, args in functions.INTEGERS.items()
    if name != "ravel_multi_index"
} | {"ravel_multi_index": lambda x: np.ravel_multi_index((x.astype(int) - 3, [1, 2]), (3, 3))}
WORDS = {
    "makes": "makes an array of plain numbers",
    "about": "settings, text and facts about NumPy",
    "type": "a type",
    "number": "a constant or an object",
}


# What stands before and after the value.
AROUND = {
    "save": (("x",), ()), "savez": (("x",), ()), "savez_compressed": (("x",), ()),
    "savetxt": (("x",), ()), "busday_count": (("2020-01-01",), ()), "busday_offset": ((), (1,)),
}  # fmt: skip


def refusing(name, function):
    """A call with a value in the place where the function takes one."""
    before, after = AROUND.get(name, ((), ()))
    return lambda x: function(*before, x, *after)


def numpy_names():
    """{name: (kind, calls, note)} of the main namespace."""
    found = {}
    for name in np.__all__:
        value = getattr(np, name)
        if name in TABLE:
            found[name] = DERIVED, [Call(f, x) for f, x in TABLE[name]], ""
        elif name in functions.WHOLE:
            found[name] = CONSTANT, [Call(functions.WHOLE[name], functions.X)], ""
        elif name in FILLING:
            found[name] = DERIVED, [Call(FILLING[name], V)], ""
        elif name in INTEGERS:
            found[name] = CONSTANT, [Call(INTEGERS[name], I.astype(float))], "of integers"
        elif name in MADE:
            found[name] = DERIVED, [Call(MADE[name], V)], f"as `autodiff.numpy.{name}`"
        elif name == "isnat":
            found[name] = PLAIN, [], "of dates"
        elif name in functions.REFUSED:
            found[name] = DERIVED, [Call(refusing(name, value), V)], ""
        elif name in functions.OWN_TEXT:
            found[name] = PLAIN, [], "text"
        elif inspect.isclass(value):
            found[name] = PLAIN, [], WORDS["type"]
        elif not callable(value):
            found[name] = PLAIN, [], WORDS["number"]
        else:
            found[name] = PLAIN, [], WORDS["makes" if name in functions.MADE else "about"]
    return found


def linalg_names():
    """{name: (kind, calls, note)} of numpy.linalg, called as its tests do."""
    found = {}
    for name in np.linalg.__all__:
        calls = []
        for program, (_, _, shapes) in test_linalg.PROGRAMS.items():
            subject = program.removeprefix("matrix ") if "norm " in program else program
            if subject.split()[0] == name:
                calls.append(Call(*test_linalg.example(program, float, shapes[0])))
        if name == "matrix_rank":
            found[name] = CONSTANT, [Call(np.linalg.matrix_rank, V[:4].reshape(2, 2))], ""
        elif inspect.isclass(getattr(np.linalg, name)):
            found[name] = PLAIN, [], WORDS["type"]
        else:
            found[name] = DERIVED, calls, ""
    return found


def fft_names():
    """{name: (kind, calls, note)} of numpy.fft, called as its tests do."""
    found = {}
    for name in np.fft.__all__:
        count = len(test_fft.CALLS.get(name, ()))
        kinds = ("real",) if name in test_fft.OF_REAL else ("real", "complex")
        calls = [Call(*test_fft.example(name, k, kind)) for k in range(count) for kind in kinds]
        found[name] = (DERIVED, calls, "") if calls else (PLAIN, [], WORDS["makes"])
    return found


# Arguments of the functions of scipy.special that are no rows themselves: those with a point are
# differentiated.
ARGUMENTS = {
    **dict.fromkeys("airy airye fresnel hankel2e itairy itj0y0 iti0k0 it2j0y0 it2i0k0 kelvin".split(), (0.7,)),
    **dict.fromkeys("modfresnelm modfresnelp shichi sici wofz lambertw".split(), (0.7,)),
    **dict.fromkeys("hankel1 hankel1e hankel2 hankel2e h1vp h2vp ivp jvp kvp yvp".split(), (1.5, 0.7)),
    **dict.fromkeys("spherical_in spherical_jn spherical_kn spherical_yn polygamma".split(), (2, 0.7)),
    **dict.fromkeys("chdtr chdtrc zeta".split(), (2.5, 1.7)), "chdtri": (2.5, 0.4),
    **dict.fromkeys("fdtr fdtrc".split(), (2.5, 3.5, 0.7)), "fdtri": (2.5, 3.5, 0.4),
    **dict.fromkeys("gdtr gdtrc".split(), (1.5, 2.5, 0.7)), "gdtria": (0.4, 2.5, 0.7), "gdtrix": (1.5, 2.5, 0.4),
    **dict.fromkeys("log_softmax softmax logsumexp factorial".split(), (0.7,)),
    **dict.fromkeys("pbdv pbvv pbwa".split(), (1.5, 0.7)), "nrdtrimn": (0.4, 1.5, 0.7), "nrdtrisd": (0.2, 0.4, 0.7),
    "assoc_laguerre": (0.7, 2, 1.5), "comb": (5.5, 2.5), "perm": (5.5, 2.5), "ellipj": (0.7, 0.4),
    "multigammaln": (3.5, 2), "sinc": (0.7,), "round": (0.7,),
}  # fmt: skip
TABLES = "zeros, roots and weights, coefficients or polynomials of plain numbers"


def special_names():
    """{name: (kind, calls, note)} of scipy.special."""
    found = {}
    for name in scipy.special.__all__:
        function = getattr(special, name)
        if isinstance(function, Op):
            found[name] = kind_of(function), list(row_calls(function)), ""
        elif name in ARGUMENTS:
            found[name] = DERIVED, list(argument_calls(name, function)), ""
        elif name in special.WITHOUT:
            found[name] = DERIVED, [Call(lambda x, f=function: f(x, 2), V)], ""
        elif inspect.isclass(function):
            found[name] = PLAIN, [], WORDS["type"]
        elif name in ("geterr", "seterr"):
            found[name] = PLAIN, [], WORDS["about"]
        else:
            found[name] = PLAIN, [], TABLES
    return found


def kind_of(row):
    return DERIVED if row.smooth else CONSTANT


def row_calls(row):
    """A call for each argument of a row of the table, with a sample of its laws."""
    samples = cases(row, np.float64) or cases(row, np.complex128)
    sample = next((s for s in samples if np.shape(s.args[0]) == (3,)), samples[0])
    for i in sample.tracked:
        f = lambda x, i=i: row(*replaced(sample.args, [i], [x]), **sample.params)
        yield Call(f, sample.args[i], row.arguments[i])


def argument_calls(name, function):
    """A call for each argument of a function that has a point."""
    names = list(inspect.signature(getattr(special, name)).parameters) if name != "sinc" else ["x"]
    given = [a * np.array([1.0, 1.1, 0.9]) if isinstance(a, float) else a for a in ARGUMENTS[name]]
    for i, a in enumerate(given):
        if isinstance(a, np.ndarray):
            yield Call(lambda x, i=i: function(*replaced(given, [i], [x])), a, names[i])


MODULES = {
    "numpy": numpy_names, "numpy.linalg": linalg_names, "numpy.fft": fft_names,
    "scipy.special": special_names,
}  # fmt: skip
