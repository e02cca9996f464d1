#!/usr/bin/env python3
"""bsuite_scores.py - what bsuite's own analysis makes of a run of bsuite.lua, for bsuite.sh beside it.

    baud run bsuite.lua --out run; baud export run --format csv --out run.csv; baud show run --json >run.json
    venv/bin/python bsuite_scores.py run.csv run.json

with bsuite 0.3.6 in the venv (tests/unit/env/record_bsuite.py says how). Episodes are shown to it as its logger would have
written them; a seed is one run of bsuite, but for the experiments whose settings are seeds.
"""
import importlib
import json
import sys

import numpy
import pandas

RATIOS = [1., 1.2, 1.4, 1.7, 2., 2.5, 3., 4., 5., 6., 7., 8., 9., 10.]
SETTING = {"memory_len": ("env.length", "memory_length"), "memory_size": ("env.bits", "num_bits"),
           "umbrella_length": ("env.length", "chain_length"), "umbrella_distract": ("env.distractors", "n_distractor"),
           "deep_sea": ("env.size", "size"), "deep_sea_stochastic": ("env.size", "size")}


def is_logged(episode):
    ten = 10 ** numpy.floor(numpy.log10(max(1, episode)))
    return any(episode == ten * ratio for ratio in RATIOS)


def as_logged(trial, last):
    """A trial's episodes as bsuite's log has them; the last one, too, since the scores are taken there."""
    trial = trial.sort_values("episode")
    good = trial["success"].cumsum()
    log = pandas.DataFrame({"episode": trial["episode"], "total_return": trial["return"].cumsum(), "total_perfect": good,
                            "total_regret": 2 * (trial["episode"] - good), "total_bad_episodes": trial["episode"] - good})
    return log[[is_logged(e) or e == last for e in log["episode"]]]


def main(episodes, shown):
    rows = pandas.read_csv(episodes)
    rows["episode"] += 1 - rows["episode"].min()
    configs = {c["config"]: c["tags"] for c in json.load(open(shown, encoding="utf-8"))["configs"]}
    scores = {}
    for (config, seed), trial in rows.groupby(["config", "seed"]):
        tags = configs[config]
        log = as_logged(trial, trial["episode"].max())
        name = tags["part"]
        if name in SETTING:
            log[SETTING[name][1]] = int(tags[SETTING[name][0]])
        scores.setdefault(name, {}).setdefault(seed if name in SETTING else "all", []).append(log)
    for name in sorted(scores):
        analysis = importlib.import_module(f"bsuite.experiments.{name}.analysis")
        runs = [analysis.score(pandas.concat(logs)) for logs in scores[name].values()]
        print(f"{name} {numpy.mean(runs):.4g}")


if __name__ == "__main__":
    main(*sys.argv[1:])
