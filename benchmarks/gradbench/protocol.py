"""GradBench's protocol: one JSON object a line in, one a line out.

Every message has an `id`, which its answer repeats, and a `kind`: `start`, `define` with a
`module`, `evaluate` with `module`, `function` and `input`, `analysis`.  A fault is answered with
`success: false` and a sentence in `error`.
"""

import json
import time
from importlib import import_module

import numpy as np

from .problem import plain

TOOL = "autodiff-numpy"
MODULES = (
    "hello", "gmm", "ba", "ht", "lstm", "ode", "kmeans", "lse", "llsq", "det", "particle", "saddle"
)  # fmt: skip


class Refused(ValueError):
    """A message that cannot be answered; the text is the sentence for the other side."""


def serve(lines, out, library):
    """Answer each line of `lines` with one on `out`, until they end."""
    for line in lines:
        if line.strip():
            out.write(json.dumps(answer(line, library)) + "\n")
            out.flush()


def answer(line, library):
    """The answer to one line, whatever it holds."""
    reply = {}
    try:
        message = parsed(line)
        if "id" in message:
            reply["id"] = message["id"]
        kind = message.get("kind")
        if not isinstance(kind, str) or kind not in KINDS:
            raise Refused(f"the kind of the message is {kind!r}; it is one of {', '.join(KINDS)}")
        return {**reply, **KINDS[kind](message, library)}
    except Refused as fault:
        sentence = str(fault)
    except (Exception, RecursionError) as fault:  # noqa: BLE001 whatever it is, it is an answer
        sentence = f"{type(fault).__name__}: {fault}"
    return {**reply, "success": False, "error": sentence}


def parsed(line):
    """The object of a line."""
    try:
        message = json.loads(line)
    except (ValueError, RecursionError) as fault:
        raise Refused(f"the line is no JSON: {fault}") from None
    if not isinstance(message, dict):
        raise Refused(f"the line holds a {type(message).__name__}; a message is an object")
    return message


def problem(message):
    """The problem a message names."""
    name = message.get("module")
    if not isinstance(name, str) or name not in MODULES:
        raise Refused(f"there is no module {name!r}; there are {', '.join(MODULES)}")
    return import_module(f".{name}", __package__).PROBLEM


def start(message, library):
    """Who answers."""
    return {"tool": TOOL}


def define(message, library):
    """Load a module."""
    problem(message)
    return {"success": True}


def evaluate(message, library):
    """The output of a function, and the nanoseconds of each run."""
    found, name = problem(message), message.get("function")
    if not isinstance(name, str) or name not in found.functions:
        raise Refused(
            f"the module {message['module']} has no function {name!r}; "
            f"it has {', '.join(found.functions)}"
        )
    if "input" not in message:
        raise Refused("the message has no input; evaluate needs one")
    given = message["input"]
    runs, seconds = limits(given)
    begin = time.perf_counter_ns()
    f, arrays = prepared(found, name, given, library)
    timings = [{"name": "prepare", "nanoseconds": time.perf_counter_ns() - begin}]
    output, measured = repeated(f, arrays, runs, seconds)
    timings += [{"name": "evaluate", "nanoseconds": n} for n in measured]
    write = found.write.get(name, plain)
    return {"success": True, "output": write(output), "timings": timings}


def limits(given):
    """(min_runs, min_seconds) of an input; one run where it does not say."""
    if not isinstance(given, dict):
        return 1, 0.0
    try:
        return max(int(given.get("min_runs", 1)), 1), float(given.get("min_seconds", 0))
    except (TypeError, ValueError):
        raise Refused("min_runs and min_seconds of the input are numbers") from None


def prepared(found, name, given, library):
    """The function and its arrays; where shapes alone decide, it is compiled already."""
    try:
        static, arrays = found.read(given)
    except KeyError as fault:
        raise Refused(f"the input has no entry {fault}") from None
    except (TypeError, ValueError, IndexError) as fault:
        raise Refused(f"the input cannot be read: {fault}") from None
    f = found.functions[name](library, static)
    if found.warm:
        with np.errstate(all="ignore"):
            f(*[np.ones_like(a) for a in arrays])
    return f, arrays


def repeated(f, arrays, runs, seconds):
    """The output, and the nanoseconds of each run: so many runs, and as long, as asked for."""
    measured, output = [], None
    while len(measured) < runs or sum(measured) < seconds * 1e9:
        begin = time.perf_counter_ns()
        output = f(*arrays)
        measured.append(time.perf_counter_ns() - begin)
    return output, measured


KINDS = {
    "start": start,
    "define": define,
    "evaluate": evaluate,
    "analysis": lambda message, library: {},
}
