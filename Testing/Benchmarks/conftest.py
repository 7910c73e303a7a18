"""Lets the tests beside this file import the core from the source tree, installed or not."""

import common  # noqa: F401
