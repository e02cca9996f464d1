#!/usr/bin/env python3
"""Counts the evaluations that Hansen's own programs need, for test_cma_es.c: pip install cma==4.0.0, whose purecma.py is the
tutorial's algorithm written to be read, and whose CMAEvolutionStrategy is the one in use.

Prints, for each function in dimension 10, the median and the mean number of evaluations until one has f <= 1e-9, over the
runs that reach it, and how many do. Starts and step sizes are those of the test.
"""
import random
import statistics
import sys

import cma
import cma.purecma
import numpy

DIMENSION, TARGET, RUNS, MOST = 10, 1e-9, 51, 20000
FUNCTIONS = {  # f, where it starts, sigma
    "sphere": (lambda x: sum(x**2), 1.0, 1.0),
    "ellipsoid": (lambda x: sum(10 ** (6 * numpy.arange(DIMENSION) / (DIMENSION - 1)) * x**2), 1.0, 1.0),
    "rosenbrock": (lambda x: sum(100 * (x[:-1] ** 2 - x[1:]) ** 2 + (x[:-1] - 1) ** 2), 0.0, 0.1),
}


def tutorial(start, sigma, seed):
    random.seed(seed)
    return cma.purecma.CMAES(DIMENSION * [start], sigma)


def in_use(active):
    def make(start, sigma, seed):
        options = {"seed": seed, "verbose": -9, "CMA_active": active}
        return cma.CMAEvolutionStrategy(DIMENSION * [start], sigma, options)
    return make


def evaluations(strategy, f):
    n = 0
    while n < MOST:
        points = strategy.ask()
        values = []
        for x in points:
            n += 1
            values.append(f(numpy.asarray(x)))
            if values[-1] <= TARGET:
                return n
        strategy.tell(points, values)
    return None


PROGRAMS = {"purecma": tutorial, "pycma": in_use(True), "pycma, not active": in_use(False)}
for name, (f, start, sigma) in FUNCTIONS.items():
    for program, make in PROGRAMS.items():
        counts = [evaluations(make(start, sigma, seed), f) for seed in range(1, RUNS + 1)]
        reached = [n for n in counts if n]
        print(f"{name:<11} {program:<18} median {statistics.median(reached):7.1f}  mean {statistics.mean(reached):7.1f}"
              f"  {len(reached)} of {RUNS}")
        sys.stdout.flush()
