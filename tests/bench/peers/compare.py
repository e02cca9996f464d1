#!/usr/bin/env python3
"""compare.py PEER FOLDER [--python PYTHON] [--pairs N] - steps a second of another program and of baud, on this machine.

To be run where baud was built. FOLDER holds the peer, as docs/performance.md says under "Beside other programs". Peer and baud
run in turn, N times, on one thread each; what counts is processor time, and the medians of the ratios within a pair. baud's time
is all of `baud run`: start, worker, supervisor, ledger at its default rate and store. The peer's begins when it has loaded its
libraries. Exits 1 where a median is below its bound.
"""

import argparse
import ctypes
import os
import resource
import statistics
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
SOURCE = os.path.dirname(os.path.dirname(os.path.dirname(HERE)))
ONE_THREAD = {name: "1" for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")}
SUBREAPER = 36  # PR_SET_CHILD_SUBREAPER: baud's supervisor, whom nobody waits for, comes to us

PENDULUM = """horizon = 128, epochs = 1, minibatches = 8, hidden = 32, hidden_second = 32, lr = 1e-3, lr_epsilon = 1e-7,
    discount = 0.9, value_clip = 0, entropy = 0, value = 2, max_norm = 0, initial = "uniform", initial_std = 2, normalise = "start" """

# label, the peer's command or what it is compiled with, its steps (None: it prints them), baud's environment, learner, lanes, steps, bound
TRIALS = {
    "cleanrl": [
        ("PPO, CartPole-v1", ["gym,torch.utils.tensorboard,torch._dynamo", "{folder}/cleanrl/ppo.py", "--total-timesteps", "5120"], 5120,
         "cartpole", 'ppo" { horizon = 128, epochs = 4, minibatches = 4, hidden = 64, hidden_second = 64, anneal_steps = 500000 }',
         4, 500000, 35.0)],
    "stream": [
        ("Stream AC, CartPole-v1", ["gymnasium,torch,torch._dynamo", "{folder}/stream_ac_discrete.py", "--total_steps", "600"], 600,
         "cartpole", 'stream_ac" { truncation = "clock" }', 1, 1000000, 1000.0)],
    "rltools": [
        ("PPO, Pendulum-v1, tanh", "PPO_TANH", None, "pendulum", 'ppo" { %s }' % PENDULUM, 64, 2000000, 1.0),
        ("PPO, Pendulum-v1, rectifiers", "PPO_RELU", None, "pendulum", 'ppo" { %s, activation = "relu" }' % PENDULUM, 64, 2000000, 1.0),
        ("SAC, Pendulum-v1", "SAC", None, "pendulum",
         'sac" { hidden = 64, hidden_second = 64, batch = 100, train_every = 1, warmup = 100, lr = 1e-3, tau = 0.005, discount = 0.99 }',
         1, 10000, 0.8)],
}

# label, how PufferLib's header is compiled, bound: as PufferLib's build.sh does it, and by all that a compiler can do
CARTPOLE = [
    ("CartPole, its own flags", ["clang", "-O2", "-DNDEBUG"], 10.0),
    ("CartPole, fast mathematics", ["cc", "-O3", "-march=native", "-ffast-math"], 0.0),
]


def run(command, **more):
    done = subprocess.run(command, env={**os.environ, **ONE_THREAD}, capture_output=True, text=True, **more)
    if done.returncode != 0:
        sys.exit("compare.py: %s ended with %d:\n%s" % (command[0], done.returncode, done.stderr[-2000:]))
    return done.stdout


# ---- The peers ---------------------------------------------------------------------------------------------------------


def compile_rltools(folder, scratch, which):
    """By the flags that RLtools' own wheel compiles with."""
    program = os.path.join(scratch, which)
    run(["c++", "-std=c++17", "-O3", "-march=native", "-ffast-math", "-D" + which, "-DRL_TOOLS_BACKEND_ENABLE_OPENBLAS",
         "-DRL_TOOLS_DISABLE_UNALIGNED_MEMORY_ALLOCATIONS", "-I%s/rltools/external/rl_tools/include" % folder,
         *run(["pkg-config", "--cflags", "openblas"]).split(), HERE + "/rltools.cpp", "-o", program, "-lopenblas"])
    return program


def peer_rate(peer, command, steps, options, scratch):
    if peer == "rltools":
        steps, seconds = run([command]).split()[-2:]
    else:
        words = [word.format(folder=os.path.abspath(options.folder)) for word in command]
        seconds = run([options.python, HERE + "/timed.py", *words], cwd=scratch).split()[-1]
    return float(steps) / float(seconds)


# ---- baud --------------------------------------------------------------------------------------------------------------


def children_seconds():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def baud_rate(env, learner, lanes, steps, scratch, pair):
    script, out = os.path.join(scratch, "trial.lua"), os.path.join(scratch, "run-%d-%d" % (os.getpid(), pair))
    with open(script, "w", encoding="utf-8") as f:
        f.write('local baud = require "baud"\nreturn baud.experiment { name = "peer", env = baud.env "%s" {}, '
                'reward = baud.reward "dense" {},\n  learner = baud.learner "%s, lanes = %d, seeds = 1, stop = { steps = %d } }\n'
                % (env, learner, lanes, steps))
    before = children_seconds()
    run(["./baud", "run", script, "--out", out, "--jobs", "1", "--line"])
    try:
        while True:
            os.wait()
    except ChildProcessError:
        pass
    taken = children_seconds() - before
    subprocess.run(["rm", "-rf", out], check=True)
    return steps / taken


# ---- Both --------------------------------------------------------------------------------------------------------------


def report(label, pairs, bound):
    """Prints a row; whether it keeps the bound."""
    middle = statistics.median(ours / theirs for theirs, ours in pairs)
    ratios = sorted(ours / theirs for theirs, ours in pairs)
    theirs, ours = (statistics.median(column) for column in zip(*pairs))
    print("%-30s %14.0f %14.0f %10.2f %8.2f .. %-8.2f %8g  %s" %
          (label, theirs, ours, middle, ratios[0], ratios[-1], bound, "ok" if middle >= bound else "BELOW"), flush=True)
    return middle >= bound


def compare_cartpole(options, scratch, label, compiler, bound):
    program = os.path.join(scratch, "cartpole")
    run([*compiler, "-I" + SOURCE + "/core", "-I" + options.folder, HERE + "/cartpole.c", "-o", program, "-ldl", "-lm"])
    lines = run([program, "plugins/env/.libs/cartpole.so"]).splitlines()
    return report(label, [tuple(1e6 * float(x) for x in line.split()) for line in lines], bound)


def compare_trial(trial, options, scratch):
    label, command, steps, env, learner, lanes, ours, bound = trial
    if options.peer == "rltools":
        command = compile_rltools(os.path.abspath(options.folder), scratch, command)
    pairs = []
    for pair in range(options.pairs):
        pairs.append((peer_rate(options.peer, command, steps, options, scratch), baud_rate(env, learner, lanes, ours, scratch, pair)))
        print("  pair %d: %.0f, %.0f" % (pair + 1, *pairs[-1]), file=sys.stderr, flush=True)
    return report(label, pairs, bound)


def main():
    parser = argparse.ArgumentParser(description="steps a second of another program and of baud")
    parser.add_argument("peer", choices=[*TRIALS, "pufferlib"])
    parser.add_argument("folder")
    parser.add_argument("--python", default=sys.executable, help="the interpreter that has the peer's packages")
    parser.add_argument("--pairs", type=int, default=5)
    options = parser.parse_args()
    if not os.access("./baud", os.X_OK):
        sys.exit("compare.py: no ./baud here: run it in the folder where baud was built")
    ctypes.CDLL(None).prctl(SUBREAPER, 1, 0, 0, 0)
    print("%-30s %14s %14s %10s %20s %8s" % (options.peer, "peer, steps/s", "baud, steps/s", "ratio", "least .. most", "bound"))
    with tempfile.TemporaryDirectory() as scratch:
        if options.peer == "pufferlib":
            return not all([compare_cartpole(options, scratch, *how) for how in CARTPOLE])
        return not all([compare_trial(trial, options, scratch) for trial in TRIALS[options.peer]])


if __name__ == "__main__":
    sys.exit(main())
