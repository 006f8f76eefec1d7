"""The command `autodiff explain`: an expression or a function, and how it is differentiated."""

import importlib.util
import inspect
import json
import os
import re
import sys
from difflib import get_close_matches

import numpy as np

from ..core.errors import AutodiffError
from ..transform.forward import jvp
from .domain import outside
from .explain import MODES, explain
from .parse import ExpressionError, parse_expression, shortened
from .words import LANGUAGES, spoken

LIMIT = 20_000  # vertices of a graph that is explained
FILE = re.compile(r"(?P<path>.+\.py):(?P<name>\w+)")
INPUT = re.compile(r"\s*(?P<name>[^\W\d]\w*)\s*=\s*(?P<value>.*)", re.DOTALL)
FAULTS = (Exception, SystemExit)  # what a function of the user may raise; interrupts pass
PRINTED = ("text", "latex", "dot", "mermaid", "markdown")


def add_explain(commands):
    """`autodiff explain "log(x*y)" x=2 y=3`"""
    parser = commands.add_parser(
        "explain",
        help="show what differentiation did: the graph, traces, paths and the Jacobian",
        description="Run an expression or a function once and show how it is differentiated: the"
        " graph with a partial derivative on every edge, forward and reverse traces, paths, the"
        " Jacobian, what it costs, and the derivative as source.",
        epilog='examples: autodiff explain "log(x*y)" x=2 y=3 --html out.html;'
        " autodiff explain model.py:loss --at w=[1,2],b=0.5",
    )
    parser.add_argument(
        "target", metavar="EXPRESSION|FILE.py:FUNCTION", help='such as "log(x*y)" or model.py:loss'
    )
    parser.add_argument(
        "inputs", nargs="*", metavar="NAME=NUMBER", help="an input: x=2, or an array: x=[1,2]"
    )
    parser.add_argument(
        "--at", nargs="+", default=[], metavar="VALUE", help="inputs as x=2,y=3 or in order as 2 3"
    )
    parser.add_argument("--mode", choices=MODES, default="both", help="default: %(default)s")
    parser.add_argument("--wrt", metavar="NAME", help="the input where forward mode starts")
    parser.add_argument(
        "--output", type=int, default=0, metavar="K",
        help="the output where reverse mode starts, counted from 0 (default: %(default)s)",
    )  # fmt: skip
    parser.add_argument(
        "--order", type=int, default=1, metavar="N",
        help="explain the derivative of order N - 1 in --wrt (default: %(default)s)",
    )  # fmt: skip
    parser.add_argument("--lang", choices=LANGUAGES, default="en", help="default: %(default)s")
    parser.add_argument(
        "--limit", type=int, default=LIMIT, metavar="N",
        help="the most vertices of a graph (default: %(default)s)",
    )  # fmt: skip
    parser.add_argument(
        "--ways", action="store_true", help="the derivative numerically and symbolically, too"
    )
    parser.add_argument(
        "--by-hand", metavar="EXPRESSION", help="your derivatives in order: [y/(x*y), x/(x*y)]"
    )
    parser.add_argument("--html", metavar="FILE", help="write the page that steps through it")
    parser.add_argument("--svg", metavar="FILE", help="write the picture of the graph")
    parser.add_argument("--png", metavar="FILE", help="the same as PNG; it needs the extra [show]")
    parser.add_argument(
        "--extended", action="store_true", help="--svg and --png show the backward graph, too"
    )
    parser.add_argument("--json", action="store_true", help="print the record as JSON")
    for name in PRINTED:
        parser.add_argument(f"--{name}", action="store_true", help=f"print {name}")
    parser.set_defaults(run=run_explain)
    between(parser)


def between(parser):
    """Let inputs stand behind and between options, which argparse does not."""
    known = parser.parse_known_args

    def parse_known_args(args=None, namespace=None):
        found, rest = known(args, namespace)
        found.inputs += [word for word in rest if INPUT.match(word)]
        return found, [word for word in rest if not INPUT.match(word)]

    parser.parse_known_args = parse_known_args


def run_explain(given):
    """What `autodiff explain` does; faults become one sentence and the exit code 2."""
    try:
        explanation = explained(given)
        delivered(explanation, given)
    except (AutodiffError, ImportError, OSError) as fault:
        if isinstance(fault, BrokenPipeError):
            raise
        print(f"autodiff explain: {fault_text(fault)}", file=sys.stderr)
        return 2
    return 0


def fault_text(fault):
    """A fault as a sentence; what an operating system says is put behind the file."""
    if isinstance(fault, OSError):
        file = "" if fault.filename is None else f"{fault.filename}: "
        return f"{file}{(fault.strerror or str(fault)).lower()}"
    return str(fault).removeprefix("explain: ")


def explained(given):
    """The explanation of what was asked for."""
    f, names, defaults = target(given)
    values = read_inputs([*given.inputs, *given.at], names, defaults)
    wrt = chosen(given.wrt, names)
    title = None
    if given.order < 1:
        raise ExpressionError(f"--order {given.order} is no order; give 1 or more")
    plain = shortened(given.target)
    for n in range(1, given.order):
        f = slope(f, wrt, names)
        title = f"∂{'' if n == 1 else n}{plain}/∂{names[wrt]}"
    try:
        options = {"lang": given.lang, "title": title, "limit": given.limit}
        options["output"] = given.output
        found = explain(f, *values, mode=given.mode, wrt=wrt, **options)
    except AutodiffError:
        raise
    except FAULTS as fault:
        raise ExpressionError(f"{plain} cannot be run: {told(fault)}") from fault
    wrong = outside(found.run)
    if wrong:
        raise ExpressionError(f"{wrong}; give other inputs")
    if given.ways or given.by_hand:
        size = np.prod(found.run.vertices[found.run.output].shape, dtype=int)
        found.ways(by_hand(given.by_hand, names, values, size))
    return found


def told(fault):
    """What an exception says, with its kind."""
    text = str(fault).partition("\n")[0].strip()
    return f"{type(fault).__name__}: {text}" if text else type(fault).__name__


def by_hand(text, names, values, size):
    """The derivatives that were given, as a function of the inputs; `size`: of the output."""
    if text is None:
        return None
    read = parse_expression(text, names)
    for name in read.names:
        if name not in names:
            raise ExpressionError(f"--by-hand has {name}, which is no input")
    derivatives = lambda *xs: read(**{n: x for n, x in zip(names, xs) if n in read.names})  # noqa: E731
    given, needed = np.size(derivatives(*values)), size * sum(map(np.size, values))
    if given != needed:
        raise ExpressionError(
            f"--by-hand gives {given} numbers where there are {needed} derivatives; give one for "
            "each input, in order, as in [y, x]"
        )
    return derivatives


def slope(f, k, names):
    """The derivative of `f` in its input `k`, as a function of the same inputs."""

    def derived(*xs):
        still = [np.zeros(np.shape(x)) for x in xs]
        still[k] = np.ones(np.shape(xs[k]))
        return jvp(f, tuple(xs), tuple(still))[1]

    derived.arguments = names  # type: ignore[attr-defined]
    return derived


def chosen(wrt, names):
    """The number of the input where forward mode starts."""
    if wrt is None:
        return 0
    if wrt not in names:
        raise ExpressionError(f"--wrt {wrt} is no input{nearest(wrt, names)}")
    return names.index(wrt)


# ------------------------------------------------------------------- what is run


def target(given):
    """(function, names of its inputs, {name: default}); an expression has no defaults: None"""
    match = FILE.fullmatch(given.target)
    if match is not None:
        f = from_file(match["path"], match["name"])
        return f, *parameters(f, len(split([*given.inputs, *given.at])))
    if re.search(r"\.py:?\w*$", given.target):
        raise ExpressionError(f"{given.target} names no function; give FILE.py:FUNCTION")
    names = [m["name"] for m in map(INPUT.match, split([*given.inputs, *given.at])) if m]
    f = parse_expression(given.target, names)
    return f, list(f.names), None


def from_file(path, name):
    """A function of a Python file, which is run as a module."""
    if not os.path.isfile(path):
        raise ExpressionError(f"there is no file {path}; give FILE.py:FUNCTION")
    module_name = re.sub(r"\W", "_", os.path.splitext(os.path.basename(path))[0])
    spec = importlib.util.spec_from_file_location(module_name, path)
    if spec is None or spec.loader is None:
        raise ExpressionError(f"{path} is no module of Python")
    module = importlib.util.module_from_spec(spec)
    sys.path.insert(0, os.path.dirname(os.path.abspath(path)))
    try:
        spec.loader.exec_module(module)
    except FAULTS as fault:
        raise ExpressionError(f"{path} cannot be imported: {told(fault)}") from fault
    finally:
        del sys.path[0]
    f = getattr(module, name, None)
    if not callable(f):
        known = [n for n, x in vars(module).items() if callable(x) and not n.startswith("_")]
        raise ExpressionError(f"{path} has no function {name}{nearest(name, known)}")
    return f


def parameters(f, count):
    """(names of the arguments of a function, {name: default}); of any number x0, x1, ..."""
    try:
        found = list(inspect.signature(f).parameters.values())
    except (TypeError, ValueError):
        found = []
    placed = [p for p in found if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    names = [p.name for p in placed] or [f"x{k}" for k in range(count)]
    return names, {p.name: p.default for p in placed if p.default is not p.empty}


def nearest(name, known):
    """`; did you mean ...?`"""
    near = get_close_matches(shortened(name), known, 1)
    if near:
        return f"; did you mean {near[0]}?"
    return f"; there is {shortened(', '.join(known))}" if known else ""


# --------------------------------------------------------------------- inputs


def split(texts):
    """The inputs in the texts of a command line: those between commas outside of brackets."""
    found = []
    for text in texts:
        depth, start = 0, 0
        for k, c in enumerate(text):
            depth += (c in "[(") - (c in "])")
            if c == "," and not depth:
                found.append(text[start:k])
                start = k + 1
        found.append(text[start:])
    return [t for t in found if t.strip()]


def read_inputs(texts, names, defaults):
    """The values of the inputs in the order of their names; `defaults`: of a function's own."""
    values, ordered = {}, []
    for text in split(texts):
        match = INPUT.match(text)
        if match is None:
            ordered.append(number(f"number {len(ordered) + 1}", text))
        elif match["name"] in values:
            raise ExpressionError(f"input {match['name']} is given twice")
        elif match["name"] not in names:
            what = "not in the expression" if defaults is None else "no argument of the function"
            raise ExpressionError(f"input {match['name']} is {what}{nearest(match['name'], names)}")
        else:
            values[match["name"]] = number(match["name"], match["value"])
    left = [n for n in names if n not in values]
    if len(ordered) > len(left):
        raise ExpressionError(f"{len(ordered)} values are given, and {len(left)} inputs need one")
    values |= dict(zip(left, ordered))
    while names and names[-1] not in values and names[-1] in (defaults or ()):
        names = names[:-1]
    values = (defaults or {}) | values
    for name in names:
        if name not in values:
            short = shortened(name)
            raise ExpressionError(f"input {short} is missing; give it as {short}=2")
    if not names:
        raise ExpressionError("there is no input to differentiate in; use a name, such as x")
    return [values[n] for n in names]


def number(name, text):
    """A finite number or a list of numbers; nothing else is read."""
    try:
        value = parse_expression(text)
        found = value() if not value.names else None
    except ExpressionError:
        found = None
    array = None if found is None else np.asarray(found)
    if array is None or array.dtype.kind not in "iuf" or not array.size:
        raise ExpressionError(
            f"input {name} is {shortened(text.strip(), 30)!r}, which is no number; give one, such "
            "as 2.0, or a list, such as [1,2]"
        )
    if not np.all(np.isfinite(array)):
        raise ExpressionError(f"input {name} is {text.strip()}; give a finite number")
    return float(array) if not array.ndim else array.astype(float)


# --------------------------------------------------------------------- output


def delivered(explanation, given):
    """Write the files and print what was asked for; the text where nothing was."""
    kind = "extended" if given.extended else "graph"
    written = []
    if given.html:
        explanation.html(given.html)
        written.append(given.html)
    if given.svg:
        with open(given.svg, "w", encoding="utf-8") as file:
            file.write(explanation.svg(kind))
        written.append(given.svg)
    if given.png:
        notes = len(explanation.run.notes)
        explanation.png(given.png, kind)
        for note in explanation.run.notes[notes:]:
            print(f"autodiff explain: {spoken(note, given.lang)}", file=sys.stderr)
        written.append(given.png)
    wanted = [name for name in PRINTED if getattr(given, name)]
    if given.json:
        print(json.dumps(explanation.to_dict(), ensure_ascii=False, allow_nan=False))
    for name in wanted or ([] if written or given.json else ["text"]):
        print(explanation.text(colored()) if name == "text" else getattr(explanation, name)())
    for path in written:
        print(f"wrote {path}")


def colored():
    """Whether the terminal shows colors, and wants them."""
    plain = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    return sys.stdout.isatty() and not plain
