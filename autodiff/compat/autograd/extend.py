"""What autograd offers to those who write primitives and rules of their own."""

from .core import (
    Box as Box,
    JVPNode as JVPNode,
    SparseObject as SparseObject,
    VJPNode as VJPNode,
    VSpace as VSpace,
    def_linear as def_linear,
    defjvp as defjvp,
    defjvp_argnum as defjvp_argnum,
    defjvp_argnums as defjvp_argnums,
    defvjp as defvjp,
    defvjp_argnum as defvjp_argnum,
    defvjp_argnums as defvjp_argnums,
    notrace_primitive as notrace_primitive,
    primitive as primitive,
    register_notrace as register_notrace,
    vspace as vspace,
)
