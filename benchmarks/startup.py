"""How long it takes until a name of `sl` can be used, beside the libraries that it rests on: CPU time of a fresh process, in one run.

    uv run python benchmarks/startup.py --rounds 5

Prints a Markdown table: the median of the rounds in seconds, and how many times that of the named library.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from statistics import median

COMMAND = 'import sys; sys.argv = ["sightline", {}]; from sightline.cli import main; main()'
WRAP = """
import torch, sightline as sl
head = [torch.nn.AdaptiveAvgPool2d(1), torch.nn.Flatten(), torch.nn.Linear(8, 2)]
network = torch.nn.Sequential(torch.nn.Conv2d(3, 8, 3), torch.nn.ReLU(), *head)
sl.wrap(network, "1", source="cam")
"""
CASES = {  # what is timed -> (code, the library beside which it stands)
    "import torch": ("import torch", "import torch"),
    "import timm": ("import timm", "import timm"),
    "sl.load_recipe": ('import sightline as sl; sl.load_recipe("energy")', "import torch"),
    "sl.wrap(network)": (WRAP, "import torch"),
    "sl.evaluate": ("import sightline as sl; sl.evaluate", "import timm"),
    "sl.explain": ("import sightline.explain.maps", "import timm"),
    "sl.predict": ("import sightline.predict.to_files", "import timm"),
    "sl.train": ("import sightline.engine.train", "import timm"),
    "sightline recipes show": (COMMAND.format('"recipes", "show", "energy"'), "import torch"),
    "sightline --help": (COMMAND.format('"--help"'), "import torch"),
}


def seconds(code: str) -> float:
    """CPU time of a process that runs this, its children apart."""
    before = os.times()
    subprocess.run([sys.executable, "-c", code], check=True, stdout=subprocess.DEVNULL)
    after = os.times()
    return after.children_user + after.children_system - before.children_user - before.children_system


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    found: dict[str, list[float]] = {name: [] for name in CASES}
    for _ in range(rounds):  # by turns, so that a busy machine slows all of them
        for name, (code, _) in CASES.items():
            found[name].append(seconds(code))
    print("| | CPU s | times |\n|---|---:|---|")
    for name, (_, beside) in CASES.items():
        own, other = median(found[name]), median(found[beside])
        print(f"| {name} | {own:.2f} | {own / other:.2f} x {beside} |")


if __name__ == "__main__":
    main()
