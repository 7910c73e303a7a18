"""Further than the paper: what may make a trained model better, each held against the plain model on the same cases.

Everything here is measured on the validation cases, as it is to be chosen by; the test cases are left alone. Several
runs averaged and the largest component (:mod:`.averaging`), the quality score as an alarm (:mod:`.quality`), training
with artefacts (:mod:`.artefacts`), slice directions fused (:mod:`.planes`). Rows that differ by their training alone,
such as those that see neighbouring slices, are compared by their own results.
"""
