"""timed.py MODULES SCRIPT [ARGUMENT ..] - runs a peer's Python script as its own program and prints, as the last line, the
processor seconds of the process (all of its threads) from the script's first line on. MODULES, separated by commas, are
imported before, so that loading PyTorch is not counted."""

import importlib
import runpy
import sys
import time

for module in sys.argv[1].split(","):
    importlib.import_module(module)
sys.argv = sys.argv[2:]
sys.path.insert(0, sys.argv[0].rpartition("/")[0] or ".")
began = time.process_time()
runpy.run_path(sys.argv[0], run_name="__main__")
print("\n%.6f" % (time.process_time() - began))
