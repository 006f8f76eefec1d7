"""The public names as a reference, read off the imports of the package."""

import ast
import re
from pathlib import Path

import autodiff
from autodiff.core.op import Op
from autodiff.interpret.eager import EagerMethods
from autodiff.interpret.inplace_methods import INPLACE
from autodiff.interpret.methods import Methods

# <!-- names: ops.arithmetic, ops.special --> stands for the names that come from these modules,
# <!-- methods: tape --> for methods of tensors.
MARK = re.compile(r"<!-- (names|methods): (.*?) -->")


def filled(text):
    """A page with its marks replaced; raises if names of a module would be on no page."""
    sources = imported()
    asked = [
        name.strip()
        for kind, what in MARK.findall(text)
        if kind == "names"
        for name in what.split(",")
    ]
    if left := set(sources) - set(asked):
        raise LookupError(
            f"the reference has no place for the names from {', '.join(sorted(left))}"
        )
    makers = {"names": lambda what: entries(sources, what), "methods": lambda what: METHODS[what]()}
    return MARK.sub(lambda match: makers[match[1]](match[2]), text)


def imported():
    """{module: {public name: its name there}} of the package, in the order of its imports."""
    tree = ast.parse(Path(autodiff.__file__).read_text("utf-8"))
    found = {}
    for node in tree.body:
        if isinstance(node, ast.ImportFrom) and node.module:
            names = {alias.asname: alias.name for alias in node.names}
            found.setdefault(node.module, {}).update(names)
    return found


def entries(sources, modules):
    """What documents the names from some modules: each object once, with its other names."""
    if modules == "numpy":
        return ", ".join(f"`autodiff.{name}`" for name in sources["numpy"])
    names = {}
    for module in modules.split(","):
        for public, own in sources[module.strip()].items():
            names.setdefault((module, own), []).append(public)
    return fenced("\n\n".join(entry(own, publics) for (_, own), publics in names.items()))


def entry(own, publics):
    """The directive of one object."""
    first, *others = sorted(publics, key=lambda name: name != own)
    value = getattr(autodiff, first)
    lines = [f".. {directive(value)}:: autodiff.{first}{signature(value)}"]
    if isinstance(value, type) and not issubclass(value, BaseException):
        lines += ["   :members:", "   :exclude-members: " + ", ".join(excluded(value))]
    if others:
        lines += ["", "   Also " + ", ".join(f"``autodiff.{name}``" for name in others) + "."]
    return "\n".join(lines)


def directive(value):
    """How autodoc calls such an object."""
    if isinstance(value, type):
        return "autoexception" if issubclass(value, BaseException) else "autoclass"
    return "autofunction"


def signature(value):
    """The arguments of an operator as its row writes them; of others autodoc finds them."""
    return value.signature.removeprefix(value.name) if isinstance(value, Op) else ""


def excluded(value):
    """Members of a class that belong to the library, not to its user."""
    return sorted(n for n in vars(value) if n in {"interpret", "unary", "binary", "reflected"})


def fenced(text):
    """reStructuredText in a page of Markdown."""
    return f"```{{eval-rst}}\n{text}\n```"


def tape_methods():
    """The methods of tensors that concern the tape and the memory, with their descriptions."""
    own = [n for n, v in vars(EagerMethods).items() if not n.startswith("_") and n not in INPLACE]
    return fenced(
        "\n\n".join(
            member(name) for name in own if name not in {"like", "records", "fitted", "memory"}
        )
    )


def member(name):
    """The directive of one method or property of tensors."""
    kind = "autoattribute" if isinstance(vars(EagerMethods)[name], property) else "automethod"
    return f".. {kind}:: autodiff.Tensor.{name}"


def table_methods():
    """The names of the methods that are functions of the table."""
    own = sorted(n for n in vars(Methods) if not n.startswith("_") and n not in {"sum_to"})
    return ", ".join(f"`{name}`" for name in own) + "."


def inplace_methods():
    """The names of the methods that change a tensor in place."""
    return ", ".join(f"`{name}`" for name in sorted(INPLACE) if not name.startswith("__")) + "."


METHODS = {"tape": tape_methods, "table": table_methods, "in place": inplace_methods}
