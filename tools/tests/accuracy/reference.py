#!/usr/bin/env python3
"""Writes reference.txt: derivatives of elementwise functions in 500 digits, rounded to f64. Takes mpmath.

    python3 tools/tests/accuracy/reference.py > tools/tests/accuracy/reference.txt

A line is FUNCTION ORDER OPERAND... VALUE..., numbers as C prints them with %a. Order 1: the partial derivatives. Order 2:
the second derivatives, of two operands by x x, x y, y y; they are differences of the first ones in 500 digits.
"""

import itertools
import math

import mpmath as mp

mp.mp.dps = 500


# First derivatives as textbooks have them.
UNARY = {
    "sin": mp.cos,
    "cos": lambda x: -mp.sin(x),
    "tan": lambda x: 1 / mp.cos(x) ** 2,
    "asin": lambda x: 1 / mp.sqrt(1 - x**2),
    "acos": lambda x: -1 / mp.sqrt(1 - x**2),
    "atan": lambda x: 1 / (1 + x**2),
    "sinh": mp.cosh,
    "cosh": mp.sinh,
    "tanh": lambda x: 1 / mp.cosh(x) ** 2,
    "asinh": lambda x: 1 / mp.sqrt(1 + x**2),
    "acosh": lambda x: 1 / mp.sqrt(x**2 - 1),
    "atanh": lambda x: 1 / (1 - x**2),
    "exp": mp.exp,
    "exp2": lambda x: mp.log(2) * mp.mpf(2) ** x,
    "expm1": mp.exp,
    "log": lambda x: 1 / x,
    "log2": lambda x: 1 / (x * mp.log(2)),
    "log10": lambda x: 1 / (x * mp.log(10)),
    "log1p": lambda x: 1 / (1 + x),
    "erf": lambda x: 2 / mp.sqrt(mp.pi) * mp.exp(-(x**2)),
    "erfc": lambda x: -2 / mp.sqrt(mp.pi) * mp.exp(-(x**2)),
    "sqrt": lambda x: 1 / (2 * mp.sqrt(x)),
    "rsqrt": lambda x: -1 / (2 * x * mp.sqrt(x)),
    "cbrt": lambda x: 1 / (3 * mp.root(x**2, 3)),
}

POSITIVE = {"log", "log2", "log10", "sqrt", "rsqrt"}
# Open intervals.
DOMAIN = {"asin": (-1, 1), "acos": (-1, 1), "atanh": (-1, 1), "acosh": (1, math.inf), "log1p": (-1, math.inf)}

BINARY = {
    "divf": (lambda x, y: 1 / y, lambda x, y: -x / y**2),
    "mulf": (lambda x, y: y, lambda x, y: x),
    "atan2": (lambda y, x: x / (x**2 + y**2), lambda y, x: -y / (x**2 + y**2)),
    "powf": (lambda x, y: y * x ** (y - 1), lambda x, y: x**y * mp.log(x)),
    "remf": (lambda x, y: mp.mpf(1), lambda x, y: -mp.sign(x) * mp.sign(y) * mp.floor(abs(x / y))),
    "fpowi": (lambda x, n: n * x ** (n - 1), lambda x, n: mp.mpf(0)),
    "abs": (lambda x, y: x / mp.sqrt(x**2 + y**2), lambda x, y: y / mp.sqrt(x**2 + y**2)),
}


def show(value):
    value = mp.re(value)
    if value == 0:
        return "0x0p+0"
    if abs(value) >= mp.mpf(2) ** 1024 * (1 - mp.mpf(2) ** -54):
        return "inf" if value > 0 else "-inf"
    # float() rounds twice below the normal numbers.
    unit = mp.mpf(2) ** max(mp.floor(mp.log(abs(value), 2)) - 52, -1074)
    return float(int(mp.nint(value / unit)) * unit).hex()


def line(name, order, point, values):
    print(name, order, *(float(x).hex() for x in point), *map(show, values))


def inside(name, x):
    low, high = DOMAIN.get(name, (0 if name in POSITIVE else -math.inf, math.inf))
    return low < x < high and (x != 0 or name not in POSITIVE | {"cbrt"})


def slope(function, x):
    step = mp.mpf(10) ** -100 * (abs(x) if x else 1)
    return (function(x + step) - function(x - step)) / (2 * step)


def unary():
    exponents = [-1074, -1060, -1030, -1022, -1000, -700, -540, -500, -300, -100, -53, -30, -10, -4, -2, -1, 0, 1, 2, 3, 4, 5, 6]
    exponents += [7, 8, 9, 10, 20, 27, 30, 52, 53, 60, 100, 300, 340, 500, 511, 512, 535, 540, 700, 1000, 1020, 1023]
    sizes = [math.ldexp(m, e) for e in exponents for m in (1.0, 1.9)]
    sizes += [20.0, 26.3, 26.6, 50.0, 88.7, 355.1, 372.3, 709.7, 745.1, 1.5707963267948966, 1023.9, 18.7, 22.1]
    near = [1 - 2**-53, 1 - 2**-40, 1 - 1e-9, 0.999, 1 + 2**-52, 1 + 2**-40, 1 + 1e-9, 1.001]
    points = [0.0, *(sign * size for size in sizes + near for sign in (1, -1))]
    second = [0.0, *(sign * size for size in (1e-9, 0.001, 0.3, 0.6, 1.2, 1.4, 2.5, 6.0, 19.5) for sign in (1, -1))]
    for name, partial in UNARY.items():
        for x in points:
            if inside(name, x):
                line(name, 1, [x], [partial(mp.mpf(x))])
        for x in second:
            if inside(name, x):
                line(name, 2, [x], [slope(partial, mp.mpf(x))])


def binary():
    sizes = [3e-310, 1e-300, 1e-200, 1e-10, 0.3, 1.0, 7.0, 1e10, 2e200, 1.7e308]
    for name, partials in BINARY.items():
        first = sizes if name == "powf" else [-2e200, -7.0, -1e-300, *sizes]
        other = [0.3, 0.75, 1.0, 1.5, 2.0, 3.0, 17.0, -1.0, -0.5, -2.0, -30.25] if name == "powf" else first
        if name == "fpowi":
            other = [-30.0, -3.0, -2.0, -1.0, 0.0, 1.0, 2.0, 3.0, 17.0]
        for x, y in itertools.product(first, other):
            line(name, 1, [x, y], [partial(mp.mpf(x), mp.mpf(y)) for partial in partials])
        points = [(0.7, 1.9), (-1.3, 0.4), (2.5, -3.25), (-0.6, -0.6), (3.0, 3.0), (1e-5, 2.0), (2.0, 1e-5)]
        if name == "powf":
            points = list(itertools.product([0.3, 1.0, 2.0, 5.5], [-2.0, -1.0, -0.5, 0.0, 0.5, 1.0, 2.0, 3.0, 3.5]))
        if name == "fpowi":
            points = list(itertools.product([-1.3, 0.3, 1.0, 5.5], [-2.0, -1.0, 0.0, 1.0, 2.0, 3.0, 7.0]))
        if name == "remf":
            points = [(7.5, 2.0), (-7.5, 2.0), (7.5, -2.0), (1e-5, 3.0)]
        for x, y in points:
            x, y = mp.mpf(x), mp.mpf(y)
            by_x, by_y = partials
            values = [slope(lambda t: by_x(t, y), x), slope(lambda t: by_x(x, t), y), slope(lambda t: by_y(x, t), y)]
            if name == "fpowi":  # The exponent is an integer.
                values[1] = values[2] = mp.mpf(0)
            line(name, 2, [x, y], values)


unary()
binary()
