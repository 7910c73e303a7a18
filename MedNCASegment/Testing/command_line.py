"""The command line in a process of its own, as its users run it."""

import os
import subprocess
import sys

from core_cases import MODULE


def command(*arguments, env=None, **more):
    environment = os.environ | {"PYTHONPATH": str(MODULE)} | (env or {})
    return [sys.executable, "-m", "mednca", *map(str, arguments)], {"env": environment, **more}


def run(*arguments, **more):
    line, options = command(*arguments, **more)
    return subprocess.run(line, capture_output=True, text=True, timeout=120, **options)


def answers(*arguments, **more):
    """Standard output of a command that must succeed."""
    done = run(*arguments, **more)
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    return done.stdout


def refuses(*arguments, words, **more):
    """A command must end with code 2 and one sentence that has the words."""
    done = run(*arguments, **more)
    assert done.returncode == 2, (done.stdout, done.stderr)
    assert done.stderr.startswith("mednca: ")
    assert done.stderr.count("\n") == 1, done.stderr
    assert done.stderr.endswith(".\n")
    assert words in done.stderr
    assert done.stdout == ""
