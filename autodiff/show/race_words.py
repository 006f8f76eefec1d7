"""The words and colours of the race, in English and in Chinese."""

from ..core.errors import ArgumentError

LANGUAGES = ("en", "zh")
LABELS = {
    "sgd": "Gradient descent", "momentum": "Momentum", "nesterov": "Nesterov",
    "adagrad": "Adagrad", "adadelta": "Adadelta", "rmsprop": "RMSprop", "adam": "Adam",
    "adamw": "AdamW", "lbfgs": "L-BFGS", "newton_cg": "Newton-CG",
}  # fmt: skip
CHINESE = {"sgd": "梯度下降", "momentum": "动量", "nesterov": "Nesterov 加速"}
# {method: (on a light ground, on a dark ground)}
COLOURS = {
    "sgd": ("#d01c2f", "#ff5a5f"), "momentum": ("#d9730d", "#ff9f43"),
    "nesterov": ("#a87b00", "#ffd43b"), "adagrad": ("#2f8f2f", "#69db5c"),
    "adadelta": ("#008b8b", "#38d9c8"), "rmsprop": ("#0f7fd1", "#4dabf7"),
    "adam": ("#3446c7", "#8c9eff"), "adamw": ("#7a3fc0", "#c792ff"),
    "lbfgs": ("#c2258f", "#ff7ac6"), "newton_cg": ("#3d3d3d", "#ffffff"),
}  # fmt: skip
WORDS = {
    "title": ("Race of the optimisers", "优化器赛跑"),
    "subtitle": (
        "Each begins at the ring and goes downhill with derivatives that are exact to rounding.",
        "所有方法从圆环处出发，沿精确到舍入误差的导数下山。",
    ),
    "saddle": ("Saddle", "鞍面"),
    "beale": ("Beale", "Beale 函数"),
    "rosenbrock": ("Rosenbrock", "Rosenbrock 函数"),
    "saddle_note": (
        "The start is on the ridge, next to nothing to its side: plain gradient descent comes to "
        "rest at the saddle while the others leave for the minimum.",
        "起点几乎正在山脊上：普通梯度下降停在鞍点，而其他方法离开鞍点，到达极小值。",
    ),
    "surface": ("Surface", "曲面"),
    "play": ("Play", "播放"),
    "pause": ("Pause", "暂停"),
    "back": ("Step back", "后退一步"),
    "forward": ("Step forward", "前进一步"),
    "restart": ("To the start", "回到起点"),
    "step": ("Step", "步"),
    "steps": ("steps", "步数"),
    "speed": ("Speed", "速度"),
    "slow": ("slow", "慢"),
    "normal": ("normal", "正常"),
    "fast": ("fast", "快"),
    "method": ("Method", "方法"),
    "rate": ("rate", "学习率"),
    "loss": ("Loss", "损失"),
    "place": ("Place", "位置"),
    "all": ("All", "全选"),
    "none": ("None", "全不选"),
    "curves": ("f above its lowest value, step by step", "每一步的 f 与最低值之差"),
    "keys": (
        "Keys: space plays, ← → step, Home and End jump, 1 to 9 and 0 switch methods.",
        "按键：空格播放，← → 单步，Home 与 End 跳转，1 到 9 与 0 开关各方法。",
    ),
    "minimum": ("minimum", "极小值"),
    "start": ("start", "起点"),
    "arrived": ("arrived", "已到达"),
    "ran away": ("ran away", "发散"),
    "": ("", ""),
    "picture": (
        "Map of the surface with the paths of the methods",
        "曲面等高图与各方法的路径",
    ),
}


def language(lang):
    """The number of a language; raises for an unknown one."""
    if lang not in LANGUAGES:
        raise ArgumentError(f"race: lang={lang!r} is unknown; use {' or '.join(LANGUAGES)}")
    return LANGUAGES.index(lang)


def word(name, lang):
    """The word for a name in a language."""
    return WORDS[name][language(lang)]


def title_of(course, lang):
    """The name of a course; that of a user's function stays as it is."""
    return word(course.name, lang) if course.note or course.minima else course.name


def label(method, lang):
    """The name of a method in a language."""
    return CHINESE.get(method, LABELS[method]) if lang == "zh" else LABELS[method]
