"""The paper's experiments on the hippocampus, made again: `python -m paper` from Testing/Benchmarks, or `make paper`.

Every row of the table is trained by the same loop (:mod:`paper.training`) on the same split (:mod:`paper.split`), ends
by the same rule (:mod:`paper.stopping`) and is measured by the same code (:mod:`paper.evaluate`). What is measured is
kept as JSON in Docs/evidence/results; tables and figures are drawn from these files alone (:mod:`paper.draw`).
"""

import common  # noqa: F401  puts the core on the path
