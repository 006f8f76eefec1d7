"""Why formulas are rewritten, in Chinese: the reasons that the identities of graphs give."""

REASONS = {
    "1 / (1 + exp(-x)) underflows to 0, whose log is infinite": (
        "1 / (1 + exp(-x)) 下溢为 0，其对数为无穷"
    ),
    "exp overflows, and log(1 + small) loses digits": "exp 溢出，log(1 + 小量) 丢失有效数字",
    "exp overflows": "exp 溢出",
    "exp overflows, and exp(x) - 1 cancels near 0": "exp 溢出，exp(x) - 1 在 0 附近有效数字相消",
    "exp overflows, and infinity is divided by infinity": "exp 溢出，成为无穷除以无穷",
    "the argument overflows or underflows": "自变量会溢出或下溢",
    "the gamma function overflows": "伽玛函数溢出",
    "the slope of sqrt is infinite at 0": "sqrt 在 0 处斜率为无穷",
    "a square underflows or overflows, and a root of an exponential does": (
        "平方会下溢或溢出，指数的根也会"
    ),
    "1 - exp(x) cancels near 0": "1 - exp(x) 在 0 附近有效数字相消",
    "1 - exp(x) cancels near 0 and near -infinity": (
        "1 - exp(x) 在 0 附近相消，在负无穷处丢失有效数字"
    ),
    "exp overflows where the sum is far above or far below 1": (
        "和远大于或远小于 1 时 exp 溢出或下溢"
    ),
    "cosh and sinh overflow": "cosh 与 sinh 溢出",
    "a product of many factors underflows or overflows": "许多因子的乘积会下溢或溢出",
    "the tail of a distribution underflows, and 1 - erf(x) cancels": (
        "分布的尾部下溢，1 - erf(x) 有效数字相消"
    ),
    "exp overflows and underflows": "exp 溢出与下溢",
    "exp underflows to 0, whose log is infinite": "exp 下溢为 0，其对数为无穷",
    "1 + x rounds a small x away": "1 + x 把小的 x 舍入掉",
    "1 - y cancels where y is near 1": "y 接近 1 时 1 - y 有效数字相消",
    "the mean of squares and the square of the mean cancel": "平方的均值与均值的平方相消",
    "exp overflows, and so infinity is divided by infinity": "exp 溢出，成为无穷除以无穷",
    "the slope of a length at 0 is a convention, that of its square is not": (
        "长度在 0 处的斜率只是约定，其平方的斜率则不是"
    ),
    "the slope of sqrt is infinite at 0, and squares overflow": (
        "sqrt 在 0 处斜率为无穷，且平方会溢出"
    ),
    "the slope of a root is infinite at 0, and squares overflow": (
        "根在 0 处斜率为无穷，且平方会溢出"
    ),
}
