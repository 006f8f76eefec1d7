"""The optimisers in functional style, each with the formula of its source."""

from .functional import of_rule

SGD = {
    "momentum": 0.0, "dampening": 0.0, "nesterov": False, "weight_decay": 0.0, "maximize": False,
}  # fmt: skip


def sgd(learning_rate=1e-2, momentum=0.0, nesterov=False, dampening=0.0, weight_decay=0.0):
    """Gradient descent, x ← x - η g, with momentum on request.

    learning_rate: a number, or a schedule: a function of the number of updates made.

    >>> opt = sgd(learning_rate=0.1)
    >>> params, state = opt.update([np.array(2.0)], opt.init([np.array(1.0)]), [np.array(1.0)])
    >>> float(params[0])
    0.8
    """
    given = {"momentum": momentum, "nesterov": nesterov, "dampening": dampening}
    return of_rule(
        "sgd", "SGD", {**SGD, **given, "lr": learning_rate, "weight_decay": weight_decay}
    )


def momentum(learning_rate=1e-2, decay=0.9, weight_decay=0.0):
    """Gradient descent with a heavy ball: b ← μ b + g, x ← x - η b.  Source: B. Polyak 1964.

    >>> momentum().name
    'momentum'
    """
    given = {"lr": learning_rate, "momentum": decay, "weight_decay": weight_decay}
    return of_rule("momentum", "SGD", {**SGD, **given})


def nesterov(learning_rate=1e-2, decay=0.9, weight_decay=0.0):
    """Momentum that looks ahead: b ← μ b + g, x ← x - η (g + μ b).

    Source: Nesterov 1983, in the form of Sutskever, Martens, Dahl, Hinton 2013.
    """
    given = {"lr": learning_rate, "momentum": decay, "weight_decay": weight_decay}
    return of_rule("nesterov", "SGD", {**SGD, **given, "nesterov": True})


def adagrad(learning_rate=1e-2, decay=0.0, initial=0.0, eps=1e-10, weight_decay=0.0):
    """Rates that fall with the sum of squared gradients.  Source: Duchi, Hazan, Singer 2011.

    decay: the rate falls as `1 / (1 + decay · step)` beside.  initial: the sum to start from.
    """
    h = {"lr": learning_rate, "lr_decay": decay, "initial_accumulator_value": initial, "eps": eps}
    return of_rule("adagrad", "Adagrad", {**h, "weight_decay": weight_decay, "maximize": False})


def adadelta(learning_rate=1.0, rho=0.9, eps=1e-6, weight_decay=0.0):
    """Steps in the unit of the steps before.  Source: M. Zeiler 2012, arXiv:1212.5701."""
    h = {"lr": learning_rate, "rho": rho, "eps": eps}
    return of_rule("adadelta", "Adadelta", {**h, "weight_decay": weight_decay, "maximize": False})


def rmsprop(
    learning_rate=1e-2, decay=0.99, eps=1e-8, momentum=0.0, centered=False, weight_decay=0.0
):
    """Gradients over their root mean square; `centered` takes the mean off first.

    Source: Tieleman, Hinton 2012; Graves 2013.
    """
    h = {"lr": learning_rate, "alpha": decay, "eps": eps, "momentum": momentum}
    h |= {"centered": centered, "weight_decay": weight_decay, "maximize": False}
    return of_rule("rmsprop", "RMSprop", h)


def adam(learning_rate=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.0, amsgrad=False):
    """The mean of the gradients over their root mean square.  Source: Kingma, Ba 2015.

    betas: how much of the mean, and of the mean square, is kept at each step.
    amsgrad: never forget the largest mean square (Reddi, Kale, Kumar 2018).

    >>> opt = adam(learning_rate=0.1)
    >>> state = opt.init({"x": np.array([1.0, 2.0])})
    >>> sorted(state)
    ['exp_avg', 'exp_avg_sq', 'step']
    """
    h = {"lr": learning_rate, "betas": betas, "eps": eps, "weight_decay": weight_decay}
    return of_rule("adam", "Adam", {**h, "amsgrad": amsgrad, "maximize": False})


def adamw(learning_rate=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=1e-2, amsgrad=False):
    """Adam whose weight decay bypasses the means.  Source: Loshchilov, Hutter 2019."""
    h = {"lr": learning_rate, "betas": betas, "eps": eps, "weight_decay": weight_decay}
    return of_rule("adamw", "AdamW", {**h, "amsgrad": amsgrad, "maximize": False})


gradient_descent = sgd
