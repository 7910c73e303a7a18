"""Stands in for `python -m mednca`: keeps a work folder as a training does, without learning anything.

It takes two seconds for what takes an hour. The environment variable FAKE_TRAINING makes it behave otherwise: "wait"
stays halfway until it is asked to end, or its folder has a file `go-on`, "deaf" does not end when it is asked to,
"mute" never says anything, "refuse" ends before it has said anything, "fail" says why it cannot go on. It has a child,
as a training with workers has.
"""

import argparse
import json
import math
import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
from mednca.process import started_at

ITERATIONS, SECONDS = 200, 0.01  # how many, and how long each takes
LOG_EVERY, CHECKPOINT_EVERY, VALIDATE_EVERY = 10, 20, 50
BEHAVIOUR = os.environ.get("FAKE_TRAINING", "")


class Run:
    def __init__(self, folder, resume):
        self.folder = folder
        self.iteration = 0
        self.best = None
        if resume:
            self.iteration = int((folder / "checkpoint.pt").read_text())
            lines = (folder / "log.jsonl").read_text().splitlines(keepends=True)
            kept = [line for line in lines if json.loads(line)["iteration"] <= self.iteration]
            self.replace("log.jsonl", "".join(kept).encode())

    def replace(self, name, content):
        temporary = self.folder / f".{name}.new"
        temporary.write_bytes(content)
        os.replace(temporary, self.folder / name)

    def say(self, state, message=""):
        status = {
            "state": state,
            "message": message,
            "iteration": self.iteration,
            "iterations": ITERATIONS,
            "loss": 2 * math.exp(-self.iteration / 100),
            "validation_dice": self.best,
            "best_dice": self.best,
            "best_iteration": self.iteration // VALIDATE_EVERY * VALIDATE_EVERY,
            "seconds": self.iteration * SECONDS,
            "seconds_left": (ITERATIONS - self.iteration) * SECONDS,
            "memory_gb": 0.25,
            "pid": os.getpid(),
            "process_started": started_at(os.getpid()),
            "updated": time.time(),
            "model": str(self.folder / "model.npz"),
        }
        self.replace("status.json", json.dumps(status).encode())

    def advance(self):
        time.sleep(SECONDS)
        self.iteration += 1
        validated = self.iteration % VALIDATE_EVERY == 0
        if validated:
            self.best = 1 - math.exp(-self.iteration / 100)
            self.preview()
        if self.iteration % LOG_EVERY == 0:
            dice = {"inner": self.best, "outer": self.best / 2} if validated else None
            line = {"iteration": self.iteration, "iterations": ITERATIONS, "loss": 2 * math.exp(-self.iteration / 100)}
            line |= {"validation_dice": self.best if validated else None, "dice_by_label": dice}
            with open(self.folder / "log.jsonl", "a") as stream:
                stream.write(json.dumps(line) + "\n")
            print("iteration", self.iteration, flush=True)
            self.say("training")
        if self.iteration % CHECKPOINT_EVERY == 0:
            self.keep()

    def keep(self):
        self.replace("checkpoint.pt", str(self.iteration).encode())

    def preview(self):
        rows, columns, steps = 24, 20, 8
        distance = np.hypot(*np.mgrid[-rows / 2 : rows / 2, -columns / 2 : columns / 2])
        with open(self.folder / ".preview.npz", "wb") as stream:
            np.savez(
                stream,
                image=(1 / (1 + distance)).astype(np.float32),
                truth=(distance < 7).astype(np.uint8),
                labels=np.stack([distance < step for step in range(1, steps + 1)]).astype(np.uint8),
                level=np.repeat([1, 2], steps // 2).astype(np.uint8),
                step=np.tile(np.arange(1, steps // 2 + 1), 2).astype(np.uint16),
                facts=json.dumps({"case": "one", "slice": 3, "iteration": self.iteration, "plane": "axial"}),
            )
        os.replace(self.folder / ".preview.npz", self.folder / "preview.npz")


def isHeld(run):
    """Whether it does nothing for now; however slow the computer is, it is still there when a test looks for it."""
    if not run.folder.exists():
        return False
    if BEHAVIOUR == "deaf":
        return run.iteration == ITERATIONS - 1
    return BEHAVIOUR == "wait" and run.iteration == ITERATIONS // 2 and not (run.folder / "go-on").exists()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("command")
    parser.add_argument("--workdir", type=Path)
    parser.add_argument("--resume", action="store_true")
    options = parser.parse_args()
    if BEHAVIOUR == "refuse":
        sys.exit("mednca: the data are not good enough")
    # Ends with the folder, so that nothing is left behind when a test fails.
    worker = "import os, sys, time\nwhile os.path.exists(sys.argv[1]): time.sleep(0.1)"
    subprocess.Popen([sys.executable, "-c", worker, str(options.workdir)])
    while BEHAVIOUR == "mute" and options.workdir.exists():
        time.sleep(SECONDS)
    (options.workdir / "stop").unlink(missing_ok=True)
    run = Run(options.workdir, options.resume)
    run.say("preparing")
    while run.iteration < ITERATIONS:
        if isHeld(run):
            run.say("training")
            time.sleep(SECONDS)
        else:
            run.advance()
        if BEHAVIOUR == "fail" and run.iteration == 30:
            run.say("failed", "The disk is full, so training has ended; make room.")
            return
        if (options.workdir / "stop").exists() and BEHAVIOUR != "deaf":
            run.keep()
            (options.workdir / "stop").unlink()
            run.say("paused")
            return
    run.say("finished")


if __name__ == "__main__":
    main()
