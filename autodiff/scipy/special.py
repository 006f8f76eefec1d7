"""The functions of scipy.special, differentiable, under its names.

Importing this module also teaches SciPy's own functions: those that are ufuncs, such as
`scipy.special.gammaln`, may be called with values that are being differentiated.  An argument in
which no derivative is known, such as the order of a Bessel function, raises when it is
differentiated, and so do the functions in `WITHOUT`; all others of scipy.special, such as
`roots_legendre`, are SciPy's own.

>>> from autodiff import grad
>>> print(f"{grad(gammaln)(3.0):.9f}")
0.922784335
"""

from ..core.errors import RuleError
from ..core.op import NUMPY, TRACED
from ..core.tree import flatten
from ..ops.airy import (
    airy as airy,
    airye as airye,
)
from ..ops.arithmetic import (
    cbrt as cbrt,
)
from ..ops.bessel import (
    h1vp as h1vp,
    h2vp as h2vp,
    hankel1 as hankel1,
    hankel1e as hankel1e,
    hankel2 as hankel2,
    hankel2e as hankel2e,
    i0 as i0,
    i0e as i0e,
    i1 as i1,
    i1e as i1e,
    iv as iv,
    ive as ive,
    ivp as ivp,
    j0 as j0,
    j1 as j1,
    jv as jn,
    jv as jv,
    jve as jve,
    jvp as jvp,
    k0 as k0,
    k0e as k0e,
    k1 as k1,
    k1e as k1e,
    kn as kn,
    kv as kv,
    kve as kve,
    kvp as kvp,
    modstruve as modstruve,
    spherical_in as spherical_in,
    spherical_jn as spherical_jn,
    spherical_kn as spherical_kn,
    spherical_yn as spherical_yn,
    struve as struve,
    y0 as y0,
    y1 as y1,
    yn as yn,
    yv as yv,
    yve as yve,
    yvp as yvp,
)
from ..ops.bessel_integrals import (
    bei as bei,
    beip as beip,
    ber as ber,
    berp as berp,
    it2i0k0 as it2i0k0,
    it2j0y0 as it2j0y0,
    it2struve0 as it2struve0,
    itairy as itairy,
    iti0k0 as iti0k0,
    itj0y0 as itj0y0,
    itmodstruve0 as itmodstruve0,
    itstruve0 as itstruve0,
    kei as kei,
    keip as keip,
    kelvin as kelvin,
    ker as ker,
    kerp as kerp,
)
from ..ops.choose import (
    rint as round,
)
from ..ops.differential_equations import (
    assoc_laguerre as assoc_laguerre,
    log_wright_bessel as log_wright_bessel,
    lpmv as lpmv,
    modfresnelm as modfresnelm,
    modfresnelp as modfresnelp,
    pbdv as pbdv,
    pbvv as pbvv,
    pbwa as pbwa,
    wright_bessel as wright_bessel,
)
from ..ops.distributions import (
    bdtr as bdtr,
    bdtrc as bdtrc,
    bdtri as bdtri,
    chdtr as chdtr,
    chdtrc as chdtrc,
    chdtri as chdtri,
    chndtr as chndtr,
    fdtr as fdtr,
    fdtrc as fdtrc,
    fdtri as fdtri,
    gdtr as gdtr,
    gdtrc as gdtrc,
    gdtria as gdtria,
    gdtrix as gdtrix,
    kolmogi as kolmogi,
    kolmogorov as kolmogorov,
    nbdtr as nbdtr,
    nbdtrc as nbdtrc,
    nbdtri as nbdtri,
    nrdtrimn as nrdtrimn,
    nrdtrisd as nrdtrisd,
    pdtr as pdtr,
    pdtrc as pdtrc,
    pdtri as pdtri,
    tklmbda as tklmbda,
)
from ..ops.elliptic import (
    agm as agm,
    ellipe as ellipe,
    ellipeinc as ellipeinc,
    ellipj as ellipj,
    ellipk as ellipk,
    ellipkinc as ellipkinc,
    ellipkm1 as ellipkm1,
    elliprc as elliprc,
    elliprd as elliprd,
    elliprf as elliprf,
    elliprg as elliprg,
    elliprj as elliprj,
)
from ..ops.error_functions import (
    dawsn as dawsn,
    erfc as erfc,
    erfcinv as erfcinv,
    erfcx as erfcx,
    erfi as erfi,
    erfinv as erfinv,
    fresnel as fresnel,
    log_ndtr as log_ndtr,
    ndtr as ndtr,
    ndtri as ndtri,
    ndtri_exp as ndtri_exp,
    owens_t as owens_t,
    voigt_profile as voigt_profile,
    wofz as wofz,
)
from ..ops.exponential import (
    exp2 as exp2,
    expm1 as expm1,
    log1p as log1p,
    sigmoid as expit,
    softplus as softplus,
)
from ..ops.exponential_integrals import (
    cosdg as cosdg,
    cosm1 as cosm1,
    cotdg as cotdg,
    exp1 as exp1,
    exp10 as exp10,
    expi as expi,
    expn_row,
    lambertw as lambertw,
    radian as radian,
    shichi as shichi,
    sici as sici,
    sindg as sindg,
    spence as spence,
    tandg as tandg,
    wrightomega as wrightomega,
)
from ..ops.exponential_sums import (
    log_softmax as log_softmax,
    logsumexp as logsumexp,
    softmax as softmax,
)
from ..ops.gamma import (
    beta as beta,
    betaln as betaln,
    binom as binom,
    comb as comb,
    factorial as factorial,
    gamma as gamma,
    gammaln as gammaln,
    gammasgn as gammasgn,
    loggamma as loggamma,
    multigammaln as multigammaln,
    perm as perm,
    poch as poch,
    polygamma as polygamma,
    psi as psi,
    rgamma as rgamma,
)
from ..ops.hypergeometric import (
    eval_chebyc as eval_chebyc,
    eval_chebys as eval_chebys,
    eval_chebyt as eval_chebyt,
    eval_chebyu as eval_chebyu,
    eval_gegenbauer as eval_gegenbauer,
    eval_genlaguerre as eval_genlaguerre,
    eval_hermite as eval_hermite,
    eval_hermitenorm as eval_hermitenorm,
    eval_jacobi as eval_jacobi,
    eval_laguerre as eval_laguerre,
    eval_legendre as eval_legendre,
    eval_sh_chebyt as eval_sh_chebyt,
    eval_sh_chebyu as eval_sh_chebyu,
    eval_sh_jacobi as eval_sh_jacobi,
    eval_sh_legendre as eval_sh_legendre,
    hyp0f1 as hyp0f1,
    hyp1f1 as hyp1f1,
    hyp2f1 as hyp2f1,
    hyperu as hyperu,
)
from ..ops.incomplete import (
    betainc as betainc,
    betaincc as betaincc,
    betainccinv as betainccinv,
    betaincinv as betaincinv,
    gammainc as gammainc,
    gammaincc as gammaincc,
    gammainccinv as gammainccinv,
    gammaincinv as gammaincinv,
)
from ..ops.information import (
    boxcox as boxcox,
    boxcox1p as boxcox1p,
    entr as entr,
    exprel as exprel,
    huber as huber,
    inv_boxcox as inv_boxcox,
    inv_boxcox1p as inv_boxcox1p,
    kl_div as kl_div,
    log_expit as log_expit,
    logit as logit,
    powm1 as powm1,
    pseudo_huber as pseudo_huber,
    rel_entr as rel_entr,
    xlog1py as xlog1py,
    xlogy as xlogy,
)
from ..ops.scipy_special import special
from ..ops.smirnov import smirnov as smirnov, smirnovi as smirnovi
from ..ops.special import (
    erf as erf,
)
from ..ops.student import stdtr as stdtr, stdtrit as stdtrit
from ..ops.zeta import zeta as zeta, zetac as zetac

digamma, expn = psi, expn_row

# SciPy's ufuncs that rows of NumPy's functions serve
NUMPY.update({
    special.cbrt: cbrt, special.erf: erf, special.exp2: exp2, special.expit: expit,
    special.expm1: expm1, special.log1p: log1p, special.round: round, special.jn: jn,
})  # fmt: skip

SEARCHED = """
    bdtrik bdtrin btdtria btdtrib chdtriv chndtridf chndtrinc chndtrix fdtridfd gdtrib nbdtrik
    nbdtrin ncfdtri ncfdtridfd ncfdtridfn ncfdtrinc nctdtridf nctdtrinc nctdtrit pdtrik stdtridf
""".split()
UNKNOWN = """
    besselpoly ellip_harm ellip_harm_2 ellip_normal mathieu_a mathieu_b mathieu_cem mathieu_modcem1
    mathieu_modcem2 mathieu_modsem1 mathieu_modsem2 mathieu_sem ncfdtr nctdtr obl_ang1 obl_ang1_cv
    obl_cv obl_rad1 obl_rad1_cv obl_rad2 obl_rad2_cv pro_ang1 pro_ang1_cv pro_cv pro_rad1
    pro_rad1_cv pro_rad2 pro_rad2_cv
""".split()
WITHOUT = {
    **dict.fromkeys(SEARCHED, "solve with autodiff.root for the parameter of the distribution"),
    **dict.fromkeys(UNKNOWN, "no closed form of one is known"),
    "diric": "use sin(n * x / 2) / (n * sin(x / 2))",
    "legendre_p": "use eval_legendre",
    "legendre_p_all": "use eval_legendre",
    "assoc_legendre_p": "use lpmv",
    "assoc_legendre_p_all": "use lpmv",
    "sph_legendre_p": "use lpmv",
    "sph_legendre_p_all": "use lpmv",
    "sph_harm_y": "use lpmv and exp(1j * m * phi)",
    "sph_harm_y_all": "use lpmv and exp(1j * m * phi)",
    "lqn": "use the closed form of each degree",
    "lqmn": "use the closed form of each degree",
    "factorial2": "use gamma",
    "factorialk": "use gamma",
    "lmbda": "use jv",
    "pbdv_seq": "use pbdv",
    "pbvv_seq": "use pbvv",
    "riccati_jn": "use x * spherical_jn(n, x)",
    "riccati_yn": "use x * spherical_yn(n, x)",
}  # fmt: skip


def refusing(name, advice):
    """SciPy's function, which of values being differentiated raises."""
    function = getattr(special, name)

    def refuse(*args, **kwargs):
        if any(type(leaf) in TRACED for leaf in flatten((args, kwargs))[0]):
            raise RuleError(f"scipy.special.{name} has no derivative: {advice}")
        return function(*args, **kwargs)

    refuse.__name__ = refuse.__qualname__ = name
    refuse.__doc__ = f"SciPy's `{name}` of plain numbers; it has no derivative: {advice}."
    return refuse


for _name in WITHOUT:
    if hasattr(special, _name):
        globals()[_name] = refusing(_name, WITHOUT[_name])
        if isinstance(getattr(special, _name), type(special.erf)):
            NUMPY[getattr(special, _name)] = globals()[_name]


def __getattr__(name):
    """What of scipy.special returns whole numbers, roots, tables and polynomials: SciPy's own."""
    if name.startswith("_") or not hasattr(special, name):
        raise AttributeError(
            f"module {__name__!r} has no attribute {name!r}, and neither has scipy.special"
        )
    return getattr(special, name)


def __dir__():
    return sorted({*globals(), *special.__all__})
