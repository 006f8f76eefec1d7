"""The public names as a reference, read off the imports of the package."""

import ast
import re
from importlib import import_module
from operator import attrgetter
from pathlib import Path
from types import ModuleType

import autodiff
from autodiff.core.op import Op
from autodiff.interpret.eager import EagerMethods
from autodiff.interpret.inplace_methods import INPLACE
from autodiff.interpret.methods import Methods

# <!-- names: ops.arithmetic, ops.special --> stands for the names that come from these modules,
# <!-- methods: tape --> for methods of tensors, <!-- others --> for sections of what is left.
MARK = re.compile(r"<!-- (names|methods): (.*?) -->")
OTHERS = "<!-- others -->"
DESCRIBED = {"autograd"}  # modules that the page describes in its own words


def filled(text):
    """A page with its marks replaced."""
    sources = imported()
    asked = {name for kind, what in MARK.findall(text) if kind == "names" for name in listed(what)}
    others = [f"## {title(m)}\n\n{entries(sources, [m])}" for m in sources if m not in asked]
    text = text.replace(OTHERS, "\n\n".join(others))
    makers = {
        "names": lambda what: entries(sources, listed(what)),
        "methods": lambda what: METHODS[what](),
    }
    return MARK.sub(lambda match: makers[match[1]](match[2]), text)


def listed(modules):
    """The modules that a mark names."""
    return [name.strip() for name in modules.split(",")]


def title(module):
    """What a module says it is."""
    return import_module(f"autodiff.{module}").__doc__.split("\n")[0].rstrip(".")


def imported():
    """{module: {public name: its name there}} of the package, in the order of its imports."""
    found = {}
    for module, names in statements(autodiff):
        found.setdefault(module, {}).update(names)
    for name, module in autodiff._LATER.items():
        value = getattr(autodiff, name)
        if isinstance(value, float) or getattr(value, "__module__", None) == "numpy":
            found.setdefault("numpy", {})[name] = name
        elif not isinstance(value, ModuleType):
            found.setdefault(module, {})[name] = name
        elif module not in DESCRIBED:
            for _, names in statements(value):
                inner = {f"{name}.{public}": own for public, own in names.items()}
                found.setdefault(module, {}).update(fresh(inner))
    return found


def fresh(inner):
    """The names of a namespace, less the classes that the package names: Sphinx lists each once."""
    return {
        public: own
        for public, own in inner.items()
        if not isinstance(value := attrgetter(public)(autodiff), type)
        or getattr(autodiff, own, None) is not value
    }


def statements(package):
    """(module, {public name: its name there}) of each import of public names."""
    for node in ast.parse(Path(package.__file__).read_text("utf-8")).body:
        if isinstance(node, ast.ImportFrom) and node.module:
            names = {a.asname: a.name for a in node.names if a.asname and a.asname[0] != "_"}
            if names:
                yield node.module, names


def entries(sources, modules):
    """What documents the names from some modules: each object once, with its other names."""
    if modules == ["numpy"]:
        return ", ".join(f"`autodiff.{name}`" for name in sources["numpy"])
    names = {}
    for module in modules:
        for public, own in sources[module].items():
            names.setdefault((module, own), []).append(public)
    return fenced("\n\n".join(entry(own, publics) for (_, own), publics in names.items()))


def entry(own, publics):
    """The directive of one object."""
    first, *others = sorted(publics, key=lambda name: name != own)
    value = attrgetter(first)(autodiff)
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
