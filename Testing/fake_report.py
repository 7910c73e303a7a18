"""Stands in for `python -m mednca report`: keeps a report's folder as the program does, without segmenting anything.

The environment variable FAKE_REPORT makes it behave otherwise: "wait" goes on until it is asked to end, or its folder
has a file `go-on`, "deaf" goes on even then, "refuse" ends before it has said anything but why, "fail" says why it
cannot go on, "partly" has no TorchIO; with "gone" the first label has no Dice at the last level of an experiment, in
the first case alone or, for ghosting, in all.
"""

import argparse
import json
import os
import sys
import time
from pathlib import Path

from mednca.process import started_at

BEHAVIOUR = os.environ.get("FAKE_REPORT", "")
SECONDS = 0.05  # that each scan takes
LABELS = ("inner", "outer")
EXPERIMENTS = (
    {"name": "scale", "title": "Scale", "axis": "times the training size", "figure": 5, "levels": [0.5, 1.0, 2.0]},
    {"name": "ghosting", "title": "Ghosting", "axis": "intensity of 4 ghosts", "figure": 6, "levels": [0.0, 1.0]},
)


class Report:
    def __init__(self, folder, model, names):
        self.folder, self.model, self.names = folder, model, names
        self.done = 0
        self.experiments = EXPERIMENTS[:1] if BEHAVIOUR == "partly" else EXPERIMENTS
        self.total = len(names) * sum(len(one["levels"]) for one in self.experiments)

    def replace(self, name, content):
        temporary = self.folder / f".{name}.new"
        temporary.write_text(json.dumps(content))
        os.replace(temporary, self.folder / name)

    def say(self, state, message=""):
        progress = {
            "state": state,
            "done": self.done,
            "total": self.total,
            "text": f"Scale 0.5: case {self.names[0]}",
            "message": message,
            "seconds_left": (self.total - self.done) * SECONDS,
            "updated": time.time(),
            "pid": os.getpid(),
            "process_started": started_at(os.getpid()),
        }
        self.replace("progress.json", progress)

    def advance(self):
        time.sleep(SECONDS)
        self.done = min(self.done + 1, self.total - 1)
        self.replace("partial.json", {"done": self.done})
        self.say("running")

    def write(self):
        """The Dice falls by 0.3 at twice the size; it is 0.1 lower for the second label, 0.01 for each next case."""
        self.replace(
            "report.json",
            {
                "format": 2,
                "model": {"name": self.model.stem, "title": "Made up", "file": str(self.model), "parameters": 1}
                | {"plane": "axial"},
                "seed": 0,
                "runs": 1,
                "cases": self.names,
                "labels": list(LABELS),
                "experiments": [self.measured(one) for one in self.experiments],
                "left_out": [{"name": "ghosting", "title": "Ghosting", "why": "It needs torchio."}]
                * (BEHAVIOUR == "partly"),
            },
        )

    def measured(self, experiment):
        falls = {2.0: 0.3}
        dice = {
            label: [
                [0.9 - 0.1 * below - 0.01 * case - falls.get(level, 0.0) for case in range(len(self.names))]
                for level in experiment["levels"]
            ]
            for below, label in enumerate(LABELS)
        }
        if BEHAVIOUR == "gone":
            last = dice[LABELS[0]][-1]
            dice[LABELS[0]][-1] = [None, *last[1:]] if experiment["name"] == "scale" else [None] * len(last)
        return experiment | {"unchanged": 1.0 if experiment["name"] == "scale" else 0.0, "dice": dice}


def isHeld(folder):
    """Whether it goes on without an end; however slow the computer is, it is still there when a test looks for it."""
    return BEHAVIOUR == "deaf" or BEHAVIOUR == "wait" and not (folder / "go-on").exists()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("command")
    for name in ("--model", "-o", "--cases", "--images", "--labels"):
        parser.add_argument(name, type=Path)
    options = parser.parse_args()
    if BEHAVIOUR == "refuse":
        sys.exit("mednca: The image 'a.nii' has no label of the same name.")
    report = Report(options.o, options.model, options.cases.read_text().split())
    (options.o / "stop").unlink(missing_ok=True)
    report.say("running")
    # Ends with the folder, so that nothing is left behind when a test fails.
    while options.o.exists() and (report.done < report.total - 1 or isHeld(options.o)):
        report.advance()
        if BEHAVIOUR == "fail" and report.done == 3:
            report.say("failed", "The disk is full: 'partial.json' cannot be written; free some space.")
            sys.exit(2)
        if (options.o / "stop").exists() and BEHAVIOUR != "deaf":
            (options.o / "stop").unlink()
            report.say("stopped")
            return
    report.write()
    report.done = report.total
    report.say("finished")


if __name__ == "__main__":
    main()
