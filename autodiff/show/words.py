"""The words of reports, in English and in Chinese."""

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
    "derivative": ("Symbolic derivative", "符号导数"),
    "symbolic": ("symbolic", "符号"),
    "swell": ("Expression swell", "表达式膨胀"),
    "method": ("method", "方法"),
    "by hand": ("by hand", "手工"),
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
}  # fmt: skip


def word(lang, key, **values):
    """A word or a sentence in one of the languages.

    >>> word("zh", "value"), word("en", "times", count=100)
    ('值', '100 times')
    """
    return WORDS[key][LANGUAGES.index(lang)].format(**values)


def language(lang):
    """A language that there are words of."""
    if lang not in LANGUAGES:
        raise ArgumentError(f"explain: lang={lang!r}; give one of {', '.join(LANGUAGES)}")
    return lang
