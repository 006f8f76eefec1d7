"""The place of the first extreme along the inner axis of a nest: a reduction of two values.

Every lane keeps its extreme so far and where it stood; of equal ones the first stays.  NaN is more
extreme than any number.
"""

import math

import numpy as np

from ..interpret.graph import Node
from .emit import BOOL, I64, LOWERED, SCALARS, Value, kind_size

PLACES = {"first_largest": "gt", "first_smallest": "lt"}
REDUCE = {"gt": "max", "lt": "min"}
LETTERS = {"f": "ff", "i": "si", "u": "ui"}  # of a reduction and of its type, in their names


def folds_places(x):
    """Whether a nest finds these places: along the last axis of what has others."""
    (a,) = x.args
    if type(a) is not Node or a.declared not in LOWERED or a.declared == BOOL or x.declared != I64:
        return False
    wide = [n for n in a.known if n != 1]
    return x.params.get("axes") == (-1,) and len(wide) > 1 and a.known[-1] > 1 and 0 not in wide


def identity(f):
    """What no element is less extreme than."""
    dtype, sign = f.x.args[0].declared, -1 if f.word == "gt" else 1
    if dtype.kind == "f":
        return sign * math.inf
    return np.iinfo(dtype).min if sign < 0 else np.iinfo(dtype).max


def begin(t, f):
    """The extreme of nothing, at the first elements of the lanes."""
    b = t.b
    value = b.const(identity(f), f.x.args[0].declared)
    t.line(f"  store {b.type(value.dtype)} {value.name}, ptr {f.room}")
    t.line(f"  store <{t.lanes} x i64> {t.indices('0')}, ptr {f.places}")


def take(t, f, value, where):
    """Look at one vector."""
    b, (j, mask, *_) = t.b, where
    kind, wide = b.type(value.dtype), f"<{t.lanes} x i64>"
    best = b.op(f"load {kind}, ptr {f.room}", value.dtype)
    better = b.compare(predicate(f, value.dtype), value, best)
    if value.dtype.kind == "f":
        better = better & b.compare("ord", best, best)
    if mask is not None:
        better = better & Value(b, mask, BOOL)
    now = b.select(better, value, best)
    before = t.raw(f"load {wide}, ptr {f.places}")
    at = t.raw(f"select <{t.lanes} x i1> {better.name}, {wide} {t.indices(j)}, {wide} {before}")
    t.line(f"  store {kind} {now.name}, ptr {f.room}")
    t.line(f"  store {wide} {at}, ptr {f.places}")


def predicate(f, dtype):
    """How an element is compared with the extreme so far; true for NaN."""
    return ("u" if dtype.kind in "uf" else "s") + f.word


def end(t, f, pointer):
    """The first of the places at which lanes have the extreme of all."""
    b, W, dtype = t.b, t.lanes, f.x.args[0].declared
    kind, wide, word = b.type(dtype), f"<{W} x i64>", REDUCE[f.word]
    best = b.op(f"load {kind}, ptr {f.room}", dtype)
    places = t.raw(f"load {wide}, ptr {f.places}")
    scalar, (letter, short) = SCALARS[kind_size(dtype)], LETTERS[dtype.kind]
    name = f"@llvm.vector.reduce.{letter}{word}.v{W}{short}{8 * dtype.itemsize}"
    b.needs[name] = f"declare {scalar} {name}({kind})"
    # where a lane is NaN the reduction is not looked at
    flag = "nnan " if dtype.kind == "f" else ""
    extreme = t.splat(t.raw(f"call {flag}{scalar} {name}({kind} {best.name})"), dtype)
    found = b.compare("oeq" if dtype.kind == "f" else "eq", best, extreme).name
    if dtype.kind == "f":
        odd = best.is_nan().name
        some = f"@llvm.vector.reduce.or.v{W}i1"
        b.needs[some] = f"declare i1 {some}(<{W} x i1>)"
        any_odd = t.raw(f"call i1 {some}(<{W} x i1> {odd})")
        found = t.raw(f"select i1 {any_odd}, <{W} x i1> {odd}, <{W} x i1> {found}")
    last = f"splat (i64 {np.iinfo(np.int64).max})"
    places = t.raw(f"select <{W} x i1> {found}, {wide} {places}, {wide} {last}")
    least = f"@llvm.vector.reduce.smin.v{W}i64"
    b.needs[least] = f"declare i64 {least}({wide})"
    t.line(f"  store i64 {t.raw(f'call i64 {least}({wide} {places})')}, ptr {pointer}")
