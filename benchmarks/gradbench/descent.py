"""The prescribed descent: steps that double after ten successes and halve after a failure."""

RATE, ENOUGH, SUCCESSES = 1e-5, 1e-5, 10


def argmin(m, f, slope, x):
    """Where `f`, whose gradient is `slope`, is least, looked for from `x` on."""

    def body(state):
        x, value, g, successes, rate, _ = state
        full = successes == SUCCESSES
        moved = x - rate * g
        still = m.sum((x - moved) ** 2) <= ENOUGH**2
        new = f(moved)
        better = (new < value) & ~full & ~still
        slow = ~(full | still | better)
        x, value = m.where(better, moved, x), m.where(better, new, value)
        g = m.where(better, slope(moved), g)
        successes = m.where(better, successes + 1, 0)
        rate = m.where(full, 2 * rate, m.where(slow, 0.5 * rate, rate))
        return x, value, g, successes, rate, (m.sum(g * g) > ENOUGH**2) & (~still | full)

    g = slope(x)
    state = (x, f(x), g, 0, RATE, m.sum(g * g) > ENOUGH**2)
    return m.while_loop(lambda s: s[-1], body, state)[0]
