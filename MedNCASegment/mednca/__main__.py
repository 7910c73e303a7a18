"""`python -m mednca`."""

import sys

from .cli import main

sys.exit(main())
