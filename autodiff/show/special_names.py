"""Special functions that expressions may call; the files of their rows are read when one is."""

from importlib import import_module

ROWS = f"{__name__.partition('.')[0]}.ops."
FILES = {
    "gamma": "beta betaln binom comb factorial gamma gammaln gammasgn loggamma multigammaln poch"
    " polygamma psi rgamma sinpi cospi",
    "error_functions": "dawsn erfc erfcinv erfcx erfi erfinv log_ndtr ndtr ndtri ndtri_exp"
    " voigt_profile wofz",
    "bessel": "i0 i0e i1 i1e iv ive j0 j1 jv jve k0 k0e k1 k1e kn kv kve modstruve spherical_in"
    " spherical_jn spherical_kn spherical_yn struve y0 y1 yn yv yve",
    "exponential_integrals": "cosdg cosm1 cotdg exp1 exp10 expi expn lambertw sindg spence tandg"
    " wrightomega",
    "elliptic": "agm ellipe ellipeinc ellipk ellipkinc ellipkm1 elliprc elliprd elliprf elliprg"
    " elliprj",
    "hypergeometric": "eval_chebyt eval_chebyu eval_hermite eval_hermitenorm eval_laguerre"
    " eval_legendre hyp0f1 hyp1f1 hyp2f1 hyperu",
    "incomplete": "betainc betaincc betainccinv betaincinv gammainc gammaincc gammainccinv"
    " gammaincinv",
    "information": "boxcox boxcox1p entr exprel huber inv_boxcox inv_boxcox1p kl_div log_expit"
    " logit powm1 pseudo_huber rel_entr xlog1py xlogy",
    "exponential_sums": "log_softmax softmax",
    "student": "stdtr stdtrit",
    "zeta": "zeta zetac",
    "numbers": "copysign degrees fmax fmin heaviside logaddexp2 radians trunc",
}
OTHER = {"digamma": "psi", "lgamma": "gammaln", "jn": "jv", "besselj": "jv", "expn": "expn_row"} | {
    "deg2rad": "radians", "rad2deg": "degrees",
}  # fmt: skip
FILE = {name: file for file, names in FILES.items() for name in names.split()}
KNOWN = (*FILE, *OTHER)


def special(name):
    """The special function of a name, or None; raises ImportError where SciPy is not installed.

    >>> special("digamma").name, special("sine")
    ('psi', None)
    """
    own = str(OTHER.get(name, name))
    file = FILE.get(own) or FILE.get(name)
    return None if file is None else getattr(import_module(f"{ROWS}{file}"), own)
