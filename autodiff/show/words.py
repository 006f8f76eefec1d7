"""The words and the sentences of reports, in English and in Chinese."""

from ..core.errors import ArgumentError

LANGUAGES = ("en", "zh")
WORDS = {
    "graph": ("Graph", "计算图"),
    "primal": ("Forward primal trace", "前向原值轨迹"),
    "tangent": ("Forward tangent trace", "前向切线轨迹"),
    "adjoint": ("Reverse adjoint trace", "反向伴随轨迹"),
    "variable": ("variable", "变量"),
    "formula": ("formula", "公式"),
    "numbers": ("numbers", "代入"),
    "value": ("value", "值"),
    "rule": ("chain rule", "链式法则"),
    "gradient": ("Derivatives of the output", "输出的导数"),
    "input": ("input", "输入"),
    "output": ("output", "输出"),
    "constant": ("constant", "常数"),
    "line": ("line", "代码行"),
    "paths": ("Paths", "路径"),
    "path": ("path", "路径"),
    "product": ("product of the edges", "边上偏导数之积"),
    "sum": ("sum", "总和"),
    "edges": ("edges", "边"),
    "vertices": ("vertices", "顶点"),
    "paths_say": (
        "Paths: {paths}; edges: {edges}.  A sweep multiplies along each edge once; the sum over "
        "all paths would take {products} multiplications.",
        "{edges} 条边上有 {paths} 条路径：一次扫描每条边只乘一次，"
        "而逐条路径求和需要 {products} 次乘法。",
    ),
    "jacobian": ("Jacobian", "雅可比矩阵"),
    "columns": (
        "Forward mode fills one column in each sweep; sweeps: {n}.",
        "前向模式每次扫描填一列：共 {n} 次。",
    ),
    "rows": (
        "Reverse mode fills one row in each sweep; sweeps: {m}.",
        "反向模式每次扫描填一行：共 {m} 次。",
    ),
    "chain": ("Chain rule as a product of Jacobians", "链式法则：雅可比矩阵之积"),
    "cost": ("Cost of the Jacobian", "雅可比矩阵的代价"),
    "mode": ("mode", "模式"),
    "forward": ("forward", "前向"),
    "reverse": ("reverse", "反向"),
    "sweeps": ("sweeps", "扫描次数"),
    "multiplications": ("multiplications", "乘法次数"),
    "memory": ("memory [B]", "内存 [B]"),
    "kept": ("kept for the backward pass", "为反向传播保存"),
    "backward": ("backward vertex", "反向顶点"),
    "keeps": ("keeps", "保存"),
    "nothing": ("nothing", "无"),
    "released": ("released", "已释放"),
    "cut": ("cut", "截断"),
    "extended": ("Extended graph: forward and backward", "扩展图：前向与反向"),
    "retain": (
        "retain_graph=True keeps {size} bytes for a second backward pass; without it the first "
        "pass lets them go.",
        "retain_graph=True 为第二次反向传播保留 {size} 字节；否则第一次之后即释放。",
    ),
    "ways": ("Ways to the derivative", "求导的几种方法"),
    "curve": ("Error of difference quotients against their step", "差商误差与步长"),
    "step": ("step", "步长"),
    "best": ("the best step", "最佳步长"),
    "forward quotient": ("forward", "前向差分"),
    "central quotient": ("central", "中心差分"),
    "complex quotient": ("complex", "复数步"),
    "derivative": ("Symbolic derivative", "符号导数"),
    "symbolic": ("symbolic", "符号"),
    "swell": ("Expression swell", "表达式膨胀"),
    "method": ("method", "方法"),
    "by hand": ("by hand", "手算"),
    "numerical": ("numerical", "数值"),
    "error": ("error", "误差"),
    "time": ("time [s]", "时间 [s]"),
    "operations": ("operations", "运算次数"),
    "order": ("order", "阶"),
    "shared": ("shared", "共享"),
    "written": ("written out", "展开"),
    "size": (
        "{shared} operators with common subexpressions shared, {written} written out.",
        "共享公共子表达式时 {shared} 个运算，全部展开时 {written} 个。",
    ),
    "rewrites": ("Rewrites that are stable", "数值稳定的改写"),
    "before": ("before", "改写前"),
    "after": ("after", "改写后"),
    "why": ("why", "原因"),
    "code": ("The derivative as NumPy source", "导数的 NumPy 代码"),
    "notes": ("Notes", "说明"),
    "times": ("{count} times", "重复 {count} 次"),
    "above": ("see above", "见上"),
    "more": ("{count} more", "另有 {count} 项"),
    "chosen": ("with respect to {name}", "对 {name} 求导"),
    "of": ("of {name}", "关于 {name}"),
    "colon": (": ", "："),
}  # fmt: skip
SENTENCES = {
    "above 0": ("a positive argument", "正的自变量"),
    "above -1": ("an argument above -1", "大于 -1 的自变量"),
    "at least 0": ("an argument of at least 0", "不小于 0 的自变量"),
    "at least 1": ("an argument of at least 1", "不小于 1 的自变量"),
    "within 1": ("an argument from -1 to 1", "-1 到 1 的自变量"),
    "inside 1": ("an argument between -1 and 1", "-1 与 1 之间的自变量"),
    "divisor": ("a divisor other than 0", "不为 0 的除数"),
    "not 0": ("an argument other than 0", "不为 0 的自变量"),
    "base": (
        "a positive base, or a whole exponent of a base other than 0",
        "正的底数，或底数不为 0 时的整数指数",
    ),
    "domain": ("arguments inside its domain", "定义域内的自变量"),
    "here": (" (line {line}: {code})", "（第 {line} 行：{code}）"),
    "outside": (
        "{call} has no value at {name}{where}: {operator} needs {need}",
        "{call} 在 {name} 处没有值{where}：{operator} 需要{need}",
    ),
    "steep": ("{symbol} is {value} at this point", "在此点 {symbol} 为 {value}"),
    "branch": (
        "{file}:{line}: Python asked for a truth value, which is {answer} here; the other branch "
        "is not in the graph",
        "{file}:{line}：Python 在此取真值，结果为 {answer}；另一分支不在图中",
    ),
    "eager": (
        "recorded on the eager tape, which keeps what the rules read",
        "记录自即时磁带，它只保留求导规则要读的值",
    ),
    "pushed": ("forward mode: {fault}", "前向模式：{fault}"),
    "pulled": ("reverse mode: {fault}", "反向模式：{fault}"),
    "integer": (
        "{name} has dtype {dtype}, which carries no derivative",
        "{name} 的 dtype 为 {dtype}，不带导数",
    ),
    "of the sum": (
        "{name} has {n} elements: its adjoint is that of their sum",
        "{name} 有 {n} 个元素：其伴随值是各元素之和的伴随值",
    ),
    "let go of": (
        "{name} has arguments that the tape has let go of", "磁带已释放 {name} 的某些自变量",
    ),
    "lost": (
        "the tape does not keep numbers that no rule reads; they are shown as ·",
        "磁带不保留没有规则读取的数值，以 · 表示",
    ),
    "let go": (
        "backward() without retain_graph=True has let go of what the rules kept; derivatives are "
        "not shown",
        "不带 retain_graph=True 的 backward() 已释放规则保留的值；导数不再显示",
    ),
    "unfed": (
        "no numbers are fed; give them as inputs to see values and derivatives",
        "未给出数值；作为输入给出后可见值与导数",
    ),
    "unknown shape": ("the shape of {name} is not known", "{name} 的形状未知"),
    "exact": (
        "from {digits} digits, relative to the largest element.",
        "与 {digits} 位精确值之差，相对于最大元素。",
    ),
    "inexact": ("not known to {digits} digits: {why}", "没有 {digits} 位精确值：{why}"),
    "evaluations": ("{n} evaluations of the function.", "函数求值 {n} 次。"),
    "derived": (
        "the formula was derived once in {seconds:.2g} s.", "公式推导一次用时 {seconds:.2g} 秒。",
    ),
    "no letters": (
        "matplotlib has no font with Chinese letters here; the picture is written in English",
        "matplotlib 在此没有中文字体；图片以英文写出",
    ),
}  # fmt: skip


def word(lang, key, **values):
    """A word or a sentence in one of the languages.

    >>> word("zh", "value"), word("en", "times", count=100)
    ('值', '100 times')
    """
    return WORDS[key][LANGUAGES.index(lang)].format(**values)


class Sentence(str):
    """A sentence in English that knows how it is said in Chinese."""

    chinese: str


def sentence(key, **values):
    """A sentence that can be said in both languages; its values may be sentences, too.

    >>> said = sentence("unknown shape", name="w")
    >>> said, spoken(said, "zh")
    ('the shape of w is not known', 'w 的形状未知')
    """
    english, chinese = SENTENCES[key]
    found = Sentence(english.format(**values))
    found.chinese = chinese.format(**{name: spoken(x, "zh") for name, x in values.items()})
    return found


def spoken(text, lang):
    """A text in a language, if it is a sentence that knows it; else as it is."""
    return text.chinese if lang == "zh" and isinstance(text, Sentence) else text


def language(lang):
    """A language that there are words of."""
    if lang not in LANGUAGES:
        raise ArgumentError(f"explain: lang={lang!r}; give one of {', '.join(LANGUAGES)}")
    return lang
