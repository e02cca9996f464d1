# Fits the polynomials and the rational of plugins/nn/kernels/vector_math.h: minimal weighted maximum error by Lawson's
# reweighted least squares on Chebyshev points. Run with NumPy; prints coefficients from the lowest power, and the relative
# error of the exact function that they leave before any rounding.
import numpy as np

np.set_printoptions(precision=9)


def points(low, high, n=4000):
    k = np.arange(n)
    return (low + high) / 2 + (high - low) / 2 * np.cos(np.pi * (2 * k + 1) / (2 * n))


def lawson(columns, target, weight, rounds, refresh=None):
    """Least maximum of |weight (columns c - target)|; refresh(c) gives a new weight where the problem is linearised."""
    share = np.ones(len(target)) / len(target)
    best = (np.inf, None)
    for _ in range(rounds):
        w = np.sqrt(share) * weight
        scaled = columns * w[:, None]
        size = np.abs(scaled).max(0)
        c = np.linalg.lstsq(scaled / size, target * w, rcond=None)[0] / size
        if refresh:
            weight, error = refresh(c)
        else:
            error = np.abs(weight * (columns @ c - target))
        if error.max() < best[0]:
            best = (error.max(), c)
        share = share * (error / error.max() + 1e-2)
        share /= share.sum()
    return best


def powers(x, first, last):
    return np.vander(x, last + 1, increasing=True)[:, first:]


# e^r = 1 + r + r^2 p(r)
r = points(-0.3466, 0.3466)
print("exp", lawson(powers(r, 0, 4), (np.exp(r) - 1 - r) / r**2, r**2 / np.exp(r), 300))

# log(1 + f) = f - f^2 / 2 + f^3 p(f)
f = points(np.sqrt(0.5) - 1, np.sqrt(2) - 1)
print("log", lawson(powers(f, 0, 7), (np.log1p(f) - f + f**2 / 2) / f**3, np.abs(f**3 / np.log1p(f)), 300))

# tanh(x) = x P(x^2) / Q(x^2), P(0) = Q(0) = 1, P of degree 5, Q of degree 3
x = points(1e-3, 9.02)
y, t = x * x, np.tanh(x) / x
q = np.ones_like(x)


def rational(c):
    p = 1 + powers(y, 1, 5) @ c[:5]
    q = 1 + powers(y, 1, 3) @ c[5:]
    return 1 / (t * q), np.abs(p / q / t - 1)


columns = np.concatenate([powers(y, 1, 5), -t[:, None] * powers(y, 1, 3)], axis=1)
print("tanh", lawson(columns, t - 1, 1 / t, 4000, rational))

# cos and sin of a quarter turn times t: 1 + t^2 c(t^2), t s(t^2)
t = points(1e-4, 0.5)
y = t * t
print("cos", lawson(powers(y, 0, 2), (np.cos(np.pi / 2 * t) - 1) / y, y, 500))
print("sin", lawson(powers(y, 0, 3), np.sin(np.pi / 2 * t) / t, t / np.sin(np.pi / 2 * t), 500))
