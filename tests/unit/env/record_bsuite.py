#!/usr/bin/env python3
"""record_bsuite.py - writes what bsuite's environments do, for the tests of our own beside it.

    python3 -m venv venv && venv/bin/pip install 'numpy<2' 'pandas<2' 'setuptools<70' wheel
    venv/bin/pip install --no-build-isolation bsuite==0.3.6 && venv/bin/python record_bsuite.py .

Episodes with random actions and with good ones. A line that begins with E starts one: what chance had drawn for it, then
the first observation; a line with S is a step: action, reward, whether it was the last, observation. Chance is read off
the environments' own attributes, since their generators are not ours.
"""
import pathlib
import sys

import numpy
from bsuite.environments import catch, deep_sea, discounting_chain, memory_chain, umbrella_chain


def numbers(values):
    return ",".join(f"{float(x):.9g}" for x in numpy.ravel(values))


def episode(env, drawn, act):
    """One episode; drawn(env) after its reset, act(env, step) the actions."""
    first = env.reset()
    lines = [f"E {numbers(drawn(env))} {numbers(first.observation)}"]
    step = 0
    while True:
        action = int(act(env, step))
        now = env.step(action)
        lines.append(f"S {action} {float(now.reward):.9g} {int(now.last())} {numbers(now.observation)}")
        step += 1
        if now.last():
            return lines


def record_catch(random, rows, columns):
    env = catch.Catch(rows=rows, columns=columns, seed=1)
    drawn = lambda e: [rows, columns, e._ball_x]
    follow = lambda e, _: 1 + numpy.sign(e._ball_x - e._paddle_x)
    return [line for turn in range(4) for line in
            episode(env, drawn, follow if turn % 2 else lambda e, _: random.integers(3))]


def record_umbrella(random, length, distractors):
    env = umbrella_chain.UmbrellaChain(length, distractors, seed=1)
    drawn = lambda e: [length, distractors, e._need_umbrella, e._has_umbrella]
    return [line for _ in range(4) for line in episode(env, drawn, lambda e, _: random.integers(2))]


def record_memory(random, length, bits):
    env = memory_chain.MemoryChain(length, bits, seed=1)
    drawn = lambda e: [length, bits, e._query, *e._context]
    right = lambda e, _: e._context[e._query]
    return [line for turn in range(4) for line in
            episode(env, drawn, right if turn % 2 else lambda e, _: random.integers(2))]


def record_chain(random, bonus):
    env = discounting_chain.DiscountingChain(mapping_seed=bonus)
    first = lambda choice: lambda e, step: choice if step == 0 else random.integers(5)
    return [line for choice in range(5) for line in episode(env, lambda e: [bonus], first(choice))]


def record_sea(random, size, cost):
    env = deep_sea.DeepSea(size, unscaled_move_cost=cost, mapping_seed=2)
    drawn = lambda e: [size, cost, *numpy.ravel(e._action_mapping)]
    dive = lambda e, _: e._action_mapping[e._row, e._column]
    return [line for turn in range(6) for line in
            episode(env, drawn, dive if turn % 3 == 2 else lambda e, _: random.integers(2))]


def write(out, name, lines):
    out.write(f"static const char *const {name}_recorded[] = {{\n")
    for line in lines:
        out.write(f'    "{line}",\n')
    out.write("};\n")


if __name__ == "__main__":
    random = numpy.random.default_rng(20)
    for name, lines in {
        "catch": record_catch(random, 10, 5) + record_catch(random, 4, 6),
        "umbrella": record_umbrella(random, 6, 3) + record_umbrella(random, 1, 0),
        "memory": record_memory(random, 1, 1) + record_memory(random, 5, 1) + record_memory(random, 2, 6),
        "chain": record_chain(random, 0) + record_chain(random, 3),
        "sea": record_sea(random, 4, 0.01) + record_sea(random, 7, 0.2),
    }.items():
        with open(pathlib.Path(sys.argv[1]) / f"bsuite_{name}.h", "w", encoding="ascii") as out:
            out.write("/* Written by record_bsuite.py with bsuite 0.3.6: do not edit. */\n")
            write(out, name, lines)
