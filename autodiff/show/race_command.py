"""`autodiff race`: optimisers racing, from the command line."""

import importlib.util
import sys
import webbrowser
from difflib import get_close_matches
from functools import wraps
from pathlib import Path

from ..core.errors import ArgumentError, AutodiffError
from .explain_command import fault_text
from .parse import parse_expression
from .race_course import COURSES, METHODS
from .race_run import race
from .race_words import LANGUAGES

UNUSABLE = 2  # exit code: what was given cannot be used


def add_race(commands):
    """`autodiff race`: ten optimisers on surfaces of two variables."""
    parser = commands.add_parser(
        "race",
        help="let ten optimisers race downhill; write the race as a GIF and a page",
        description="Ten optimisers race on a saddle, Beale's function, Rosenbrock's function and"
        " functions of your own. A table is printed; --gif and --html write the race.",
        epilog='example: autodiff race "x**2 + 3*y**2" --start=1,1 --gif out.gif --html out.html',
    )
    parser.add_argument(
        "courses",
        nargs="*",
        metavar="COURSE",
        help="saddle, beale, rosenbrock, an expression in two variables, or file.py:function"
        " (default: the three by name)",
    )
    parser.add_argument("--start", metavar="X,Y", help="where all begin; --start=-1,2 if negative")
    parser.add_argument("--steps", metavar="N", help="how many steps at most")
    parser.add_argument("--methods", metavar="NAME,...", help=f"some of {', '.join(METHODS)}")
    parser.add_argument(
        "--rate", metavar="NAME=RATE", action="append", default=[], help="a learning rate"
    )
    parser.add_argument("--frame", metavar="LEFT,RIGHT,BOTTOM,TOP", help="what the picture shows")
    parser.add_argument("--gif", metavar="FILE.gif", help="write the animated picture")
    parser.add_argument("--html", metavar="FILE.html", help="write the page")
    parser.add_argument("--lang", default="en", metavar="en|zh", help="language of the labels")
    parser.add_argument("--open", action="store_true", help="open the page in a browser")
    parser.set_defaults(run=run_race)


def run_race(given):
    """What `autodiff race` does; the exit code."""
    try:
        if given.open and given.html is None:
            raise ArgumentError("--open needs --html FILE.html, the page to open")
        check_language(given.lang)
        places = {name: place_of(name, getattr(given, name)) for name in ("html", "gif")}
        found = race(
            *(course(text) for text in given.courses),
            start=numbers(given.start, "--start", 2),
            methods=given.methods.split(",") if given.methods else None,
            rates=dict(rate(text) for text in given.rate),
            steps=whole(given.steps),
            frame=numbers(given.frame, "--frame", 4),
            lang=given.lang,
            html=places["html"],
            gif=places["gif"],
        )
    except (AutodiffError, ImportError, OSError) as error:
        print(f"autodiff: {fault_text(error)}", file=sys.stderr)
        return UNUSABLE
    print(found)
    for name, place in places.items():
        if place is not None:
            print(f"{name}: {place}")
    if given.open and places["html"] is not None:
        webbrowser.open(places["html"].as_uri())
    return 0


def check_language(lang):
    """Raise for an unknown language."""
    if lang not in LANGUAGES:
        raise ArgumentError(f"--lang {lang} is unknown; use {' or '.join(LANGUAGES)}")


def place_of(name, given):
    """The absolute path of a file to write, once it is clear that it may be written."""
    if given is None:
        return None
    place = Path(given).absolute()
    if place.is_dir():
        raise ArgumentError(f"--{name} {given!r} is a directory; give the name of a file")
    if not place.parent.is_dir():
        raise ArgumentError(f"--{name} {given!r}: there is no directory {str(place.parent)!r}")
    return place


def course(text):
    """A course by name, the function of a file, or an expression."""
    if text in COURSES:
        return text
    file, colon, name = text.rpartition(":")
    if colon and file.endswith(".py"):
        return function_of(file, name)
    expression = parse_expression(text)
    names = sorted(expression.names)
    near = get_close_matches(text, COURSES, 1)
    if near and len(names) == 1:
        raise ArgumentError(f"race: there is no course {text!r}; did you mean {near[0]}?")
    if len(names) != 2:
        listed = ", ".join(names) or "no variable"
        raise ArgumentError(
            f"race: {text!r} has {len(names)} variables ({listed}); a map needs two, such as x and "
            f"y, or one of {', '.join(COURSES)}"
        )
    return Named(expression, names, text)


class Named:
    """An expression of two variables, called in the order of their names."""

    def __init__(self, expression, names, text):
        self.expression, self.names, self.text = expression, tuple(names), text
        self.__name__ = text

    def __call__(self, x, y):
        return self.expression(**dict(zip(self.names, (x, y))))


def function_of(file, name):
    """The function of a file of Python, which is run as an import runs it."""
    path = Path(file)
    if not path.is_file():
        raise ArgumentError(f"race: there is no file {file!r}")
    spec = importlib.util.spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None:
        raise ArgumentError(f"race: {file!r} cannot be imported")
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:  # noqa: BLE001 - whatever the user's file raises is one sentence
        raise ArgumentError(f"race: {file!r} raises {type(error).__name__}: {error}") from None
    found = getattr(module, name, None)
    if not callable(found):
        held = sorted(n for n, v in vars(module).items() if callable(v) and n[0] != "_")
        raise ArgumentError(f"race: {file!r} has no function {name!r}; it has {', '.join(held)}")
    return guarded(found, name)


def guarded(f, name):
    """The function of a user, whose faults are one sentence."""

    @wraps(f)
    def called(*args):
        try:
            return f(*args)
        except AutodiffError:
            raise
        except (Exception, SystemExit) as error:  # noqa: BLE001 - whatever the user's code raises
            raise ArgumentError(f"race: {name} raises {type(error).__name__}: {error}") from None

    return called


def numbers(text, option, count):
    """So many numbers, separated by commas; None where nothing was given."""
    if text is None:
        return None
    try:
        values = tuple(float(part) for part in text.split(","))
    except ValueError:
        values = ()
    if len(values) != count:
        raise ArgumentError(f"{option} {text!r}: it needs {count} numbers, separated by commas")
    return values


def whole(text):
    """A whole number above 0; None where nothing was given."""
    if text is None:
        return None
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        raise ArgumentError(f"--steps {text!r}: it needs a whole number, at least 1")
    return int(text)


def rate(text):
    """(method, learning rate)"""
    name, _, value = text.partition("=")
    try:
        return name, float(value)
    except ValueError:
        raise ArgumentError(f"--rate {text!r}: write it as adam=0.1") from None
