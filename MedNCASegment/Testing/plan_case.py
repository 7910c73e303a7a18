"""Scans of organs of many sizes to plan for, and what tests look at in a plan."""

# Shape, spacing in mm, extent of the organ in mm.
HIPPOCAMPUS = ((35, 50, 36), (1, 1, 1), (22, 39, 26))
PROSTATE = ((384, 384, 19), (0.5, 0.5, 3), (50, 42, 45))
LIVER = ((512, 512, 120), (0.8, 0.8, 2.5), (200, 150, 160))
LESION = ((512, 512, 120), (0.8, 0.8, 2.5), (12, 12, 12))


def scales(plan):
    return [level.scale for level in plan.card.levels]


def steps(plan):
    return [level.steps for level in plan.card.levels]
