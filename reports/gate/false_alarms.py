"""How often the gate fails where nothing changed: many gates of the same program, baseline and
candidate on seeds of their own, so that nothing drops out of the comparison.

    false_alarms.py PROGRAM [--scenario NAME] [--gates N] [--worlds N] [--first-seed S]

Prints how many gates came to which verdict, and fails if more than 2 % failed (a regression, or worse).
"""

import argparse
import json
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path


def gate(program, scenario, worlds, folder, *arguments):
    command = [program, "gate", scenario, "--baseline", folder, "--out", folder, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=600)


def verdict_of_one(options, place):
    """Of a gate whose candidate has the seeds right after the baseline's."""
    first = options.first_seed + 2 * place * options.worlds
    with tempfile.TemporaryDirectory() as folder:
        common = (options.program, options.scenario, options.worlds, folder)
        made = gate(*common, "--update", "-n", str(options.worlds), "--seed", str(first))
        if made.returncode != 0:
            sys.exit(f"no baseline from seed {first}: {made.stderr}")
        done = gate(*common, "--json", "--seed", str(first + options.worlds))
    report = json.loads(done.stdout)
    if done.returncode not in (0, 5):
        print(f"seed {first}: " + "\n  ".join(report["reasons"]))
    return report["verdict"]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("program", type=lambda path: str(Path(path).resolve()))
    parser.add_argument("--scenario", default="household")
    parser.add_argument("--gates", type=int, default=200)
    parser.add_argument("--worlds", type=int, default=20)
    parser.add_argument("--first-seed", type=int, default=100_000)
    options = parser.parse_args()
    verdicts = Counter(verdict_of_one(options, place) for place in range(options.gates))
    for verdict, count in verdicts.most_common():
        print(f"{count:5} {verdict}")
    failed = sum(verdicts[v] for v in ("regression", "violated", "threshold missed"))
    print(f"{failed} of {options.gates} gates of equal code failed")
    sys.exit(1 if failed > 0.02 * options.gates else 0)


if __name__ == "__main__":
    main()
