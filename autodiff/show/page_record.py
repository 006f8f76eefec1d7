"""What the page's program is told of a run: the record without what only other outputs need."""

import json

import numpy as np

from ..core.family import Movement
from .layout_clusters import Cluster
from .picture_graph import is_number
from .words import LANGUAGES, spoken

PLENTY = 300  # vertices beyond which derivatives in other inputs are left to the page
VERTEX = ("id", "name", "label", "op", "params", "part", "shape", "dtype", "formula", "cut")
NUMBERS = 2000  # of an array that the page computes with
MOVED = (
    "reshaped", "permuted", "expanded", "flipped", "joined", "stacked", "taken", "replaced",
)  # fmt: skip
SECTIONS = ("paths", "jacobian", "costs", "ways", "rewrites", "code")


def record_of(run, whole, members, spell, lang):
    """The data of the page as JSON.

    whole: the record of the run.  members: the clusters of the graph.
    spell: how the pictures call the vertices.
    """
    lines = list(dict.fromkeys(json.dumps(v["line"]) for v in whole["vertices"]))
    found = {name: whole[name] for name in ("title", "inputs", "outputs", "wrt", "output")}
    found |= {name: whole[name] for name in SECTIONS if whole.get(name)}
    found |= {
        "lang": lang, "mode": run.mode, "forward": whole["forward"] or [v.id for v in run.vertices],
        "backward": [
            [b["vertex"], [[e["to"], e["input"]] for e in b["edges"]]]
            for b in whole["backward"]
        ],
        "vertices": [vertex(v, f, whole, lines) for v, f in zip(run.vertices, whole["vertices"])],
        "lines": [json.loads(line) for line in lines],
        "names": [spell.vertex(v.id) for v in run.vertices],
        "clusters": [outline(m) for m in members],
        "pushes": pushes(whole["tables"]),
        "branched": any("truth value" in note for note in run.notes),
        "notes": [[spoken(note, one) for one in LANGUAGES] for note in run.notes],
    }  # fmt: skip
    return found


def as_json(found):
    """Sections and tables as JSON, where they are still objects."""
    if hasattr(found, "to_dict"):
        found = found.to_dict()
    if isinstance(found, dict):
        return {key: as_json(value) for key, value in found.items()}
    return found


def vertex(v, facts, whole, lines):
    """One vertex; what is empty is left out, and so is what the page can multiply itself."""
    found = {name: facts[name] for name in VERTEX if not empty(facts[name])}
    inputs = [edge(e, said) for e, said in zip(v.edges, facts["inputs"])]
    found |= {"id": facts["id"], "inputs": inputs}
    if isinstance(v.row, Movement):
        found["moves"] = moves(v, facts, whole["vertices"])
    found["line"] = lines.index(json.dumps(facts["line"]))
    for name in ("value", "tangent", "adjoint"):
        if facts[name] is not None:
            found[name] = summary(facts[name], facts["op"] == "input")
            if name == "value" and v.row is None:
                found[name] = with_numbers(found[name], v.value)
    if facts["tangents"] and len(whole["vertices"]) <= PLENTY:
        found["tangents"] = {name: summary(t) for name, t in facts["tangents"].items()}
    if facts["shape"] or not all(is_number(c["amount"]) for c in facts["contributions"]):
        heard = [c | {"amount": summary(c["amount"])} for c in facts["contributions"]]
        found |= {"contributions": heard}
    return found


def moves(v, facts, others):
    """Where each element of the result comes from, see `structures.js`; None where it is computed.

    The row itself moves the numbers of the elements.
    """
    codes, count = [], 1
    for k, e in enumerate(v.edges):
        shape = np.shape(e.constant) if e.vertex is None else others[e.vertex]["shape"]
        if k and e.vertex is None and np.asarray(e.constant).dtype.kind in "bi":
            codes.append(e.constant)  # an index
            continue
        size = int(np.prod(shape, dtype=int))
        codes.append(np.arange(count, count + size).reshape(shape))
        count += size
    if v.op not in MOVED or count + int(np.prod(v.shape, dtype=int)) > NUMBERS:
        return None
    try:
        return np.ravel(v.row.evaluate(*codes, **v.params)).tolist()
    except (TypeError, ValueError, IndexError):
        return None


def with_numbers(found, value):
    """A summary of an array with all of its numbers, if they are not too many."""
    if type(found) is not dict or "numbers" in found:
        return found
    array = np.asarray(value)
    if array.dtype.kind not in "biuf" or array.size > NUMBERS or not np.all(np.isfinite(array)):
        return found
    return found | {"numbers": array.ravel().tolist()}


def edge(e, facts):
    """One argument of a vertex."""
    if facts["vertex"] is None:
        found = summary(facts["constant"], exact=True)
        return {"constant": with_numbers(found, e.constant)}
    found = {name: facts[name] for name in ("vertex", "partial_formula", "cut", "diagonal")}
    found = {name: fact for name, fact in found.items() if not empty(fact)}
    if facts["partial"] is not None:
        found["partial"] = summary(facts["partial"])
    return found


def empty(fact):
    """Whether a fact says nothing; the number 0 does."""
    return fact is None or fact is False or fact in ("", {})


def summary(facts, exact=False):
    """A value: of a number the number, of an array no histogram, which stands in the drawing."""
    if facts is None:
        return None
    if is_number(facts):
        x = facts["number"]
        return facts["text"] if x is None else x if exact or type(x) is not float else rounded(x)
    return {name: fact for name, fact in facts.items() if name not in ("histogram", "dtype")}


def rounded(x):
    """A number with as many digits as the page compares."""
    return float(f"{x:.12g}")


def pushes(tables):
    """{vertex: formula of its tangent}, from the tangent trace."""
    rows = (tables or {}).get("tangent", {}).get("rows", [])
    return {row["vertex"]: row["cells"][1].removeprefix("= ") for row in rows if row["cells"][2]}


def outline(member):
    """A cluster and what it holds."""
    if not isinstance(member, Cluster):
        return member
    return {"id": member.id, "members": [outline(m) for m in member.members]}
