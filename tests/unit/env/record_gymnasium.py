#!/usr/bin/env python3
"""record_gymnasium.py - writes what Gymnasium's classic control environments do, for the tests of our own beside it.

    python3 -m venv venv && venv/bin/pip install gymnasium==1.4.0 && venv/bin/python record_gymnasium.py .

For each environment 1,000 steps: start states as doubles, then a line a step with the action, whether it terminated,
the reward and the observation in hexadecimal, as floats. An episode begins at a given state and is cut at the environment's time limit; half of the
steps are played at random, the rest by a policy that gets somewhere, so that long episodes and ends other than failure
occur. An acrobot that swings is chaotic - in 260 steps a difference of 5e-17 grows as large as the thing itself - so
there the policy's episodes are cut after 100.
"""
import pathlib
import struct
import sys

import gymnasium
import numpy

STEPS = 1000


def hexadecimal(numbers):
    return "".join(struct.pack(">f", float(x)).hex() for x in numbers)


def balance(obs):
    return int(obs[2] + 0.3 * obs[3] + 0.02 * obs[0] + 0.08 * obs[1] > 0)


def pump(obs):
    return 2 if obs[1] >= 0 else 0


def swing_links(obs):
    return 2 if obs[5] > 0 else 0


def swing_up(obs):
    """Energy into the swing below, a linear hold near the top."""
    cosine, sine, speed = (float(x) for x in obs)
    if cosine > 0.9:
        torque = -10 * sine - 2 * speed
    else:
        torque = speed * (10 * (1 - cosine) - speed * speed / 2)
    return numpy.array([numpy.float32(max(-2.5, min(2.5, torque)))])


def start_cartpole(env, random):
    env.state = random.uniform(-0.05, 0.05, 4)


def start_mountain_car(env, random):
    env.state = numpy.array([random.uniform(-0.6, -0.4), 0.0])


def start_acrobot(env, random):
    env.state = random.uniform(-0.1, 0.1, 4).astype(numpy.float32)


def start_pendulum(env, random):
    env.state = random.uniform([-numpy.pi, -1], [numpy.pi, 1])


ENVIRONMENTS = {
    "cartpole": ("CartPole-v1", (500, 500), start_cartpole, lambda random: int(random.integers(2)), balance),
    "mountain_car": ("MountainCar-v0", (200, 200), start_mountain_car, lambda random: int(random.integers(3)), pump),
    "acrobot": ("Acrobot-v1", (500, 100), start_acrobot, lambda random: int(random.integers(3)), swing_links),
    "pendulum": ("Pendulum-v1", (200, 200), start_pendulum,
                 lambda random: numpy.array([numpy.float32(random.uniform(-2.2, 2.2))]), swing_up),
}


def observation(env):
    state = env.state
    for name in ("_get_obs", "_get_ob"):
        if hasattr(env, name):
            return getattr(env, name)()
    return numpy.array(state, dtype=numpy.float32)


def record(name):
    identity, limits, start, at_random, skilled = ENVIRONMENTS[name]
    env = gymnasium.make(identity).unwrapped
    random = numpy.random.default_rng(20)
    starts, steps, is_fresh, age = [], [], True, 0
    env.reset(seed=0)
    for step in range(STEPS):
        if is_fresh:
            env.reset()
            start(env, random)
            starts.append([float(x) for x in env.state])
            age = 0
        is_skilled = step >= STEPS // 2
        action = skilled(observation(env)) if is_skilled else at_random(random)
        obs, reward, terminated, _, _ = env.step(action)
        age += 1
        is_fresh = terminated or age == limits[is_skilled] or step + 1 == STEPS // 2
        shown = hexadecimal(action) if isinstance(action, numpy.ndarray) else str(action)
        ending = "T" if terminated else "L" if is_fresh else "-"
        steps.append(f"{shown} {ending} {hexadecimal([reward])} {hexadecimal(obs)}")
    return starts, steps


def write(folder, name):
    starts, steps = record(name)
    with open(folder / f"gymnasium_{name}.h", "w", encoding="ascii") as out:
        out.write(f"/* Written by record_gymnasium.py with gymnasium {gymnasium.__version__}, numpy {numpy.__version__}: do not edit.\n"
                  " * A step: action; T terminated, L the last of an episode that was cut, - neither; reward; observation. */\n")
        out.write(f"static const double gymnasium_starts[][{len(starts[0])}] = {{\n")
        for state in starts:
            out.write("    {" + ", ".join(x.hex() for x in state) + "},\n")
        out.write(f"}};\nstatic const char *const gymnasium_steps[] = {{\n")
        for step in steps:
            out.write(f'    "{step}",\n')
        out.write("};\n")


if __name__ == "__main__":
    for environment in ENVIRONMENTS:
        write(pathlib.Path(sys.argv[1]), environment)
