"""One measurement of figure 4 in a process of its own: `python -m paper.smallest_worker METHOD SIDE STEPS [LIMIT_MB]`.

Prints one line of JSON: seconds of one slice of SIDE x SIDE, and the peak memory of the whole process. With a limit, as
little data as that may be held (RLIMIT_DATA); where that is too little the process ends with a failure.
"""

from __future__ import annotations

import json
import sys
import time

from common import set_threads

THREADS = set_threads()
CHANNELS, SCALES = 32, (4, 1)


def numpy_engine(side: int):
    """Med-NCA by the core's default engine."""
    import numpy as np
    from mednca import make_engine
    from mednca.cascade import run_cascade
    from mednca.fire import fire_mask

    engine = make_engine("numpy")
    rules = [engine.prepare(rule, 1) for rule in made_rules()]
    image = np.random.default_rng(0).random((1, 1, side, side), dtype=np.float32)

    def fire(level, step, shape):
        return fire_mask(shape, 0.5, seed=0, run=0, slice_index=0, level=level, step=step)[None]

    def run(steps: int) -> None:
        settings = {"channels": CHANNELS, "scales": SCALES, "steps": (steps, steps), "downsample": "average"}
        for _ in run_cascade(engine, rules, image, **settings, fire=fire):
            pass

    return run


def plain_torch(side: int):
    """Med-NCA as it is usually written in PyTorch: the paper's layers one after the other, on all cells."""
    import torch
    import torch.nn.functional as F
    from engine_speed import PlainLayers

    torch.set_num_threads(THREADS)
    levels = [PlainLayers(rule) for rule in made_rules()]
    generator = torch.Generator().manual_seed(0)
    image = torch.rand((1, 1, side, side), generator=generator)

    @torch.no_grad()
    def run(steps: int) -> None:
        cells = None
        for scale, layers in zip(SCALES, levels, strict=True):
            seen = F.avg_pool2d(image, scale)
            if cells is None:
                cells = F.pad(seen, (0, 0, 0, 0, 0, CHANNELS - 1))
            else:
                cells = torch.cat([seen, F.interpolate(cells, scale_factor=SCALES[0] // scale)[:, 1:]], dim=1)
            for _ in range(steps):
                fire = (torch.rand((1, 1, *seen.shape[2:]), generator=generator) < 0.5).float()
                cells = layers(cells, fire)

    return run


def plain_unet(side: int):
    """The UNet of the table."""
    import torch
    import unet

    torch.set_num_threads(THREADS)
    network = unet.UNet2D(in_channels=1, out_classes=1, padding=1).eval()
    image = torch.rand((1, 1, side, side), generator=torch.Generator().manual_seed(0))

    @torch.no_grad()
    def run(steps: int) -> None:
        network(image)

    return run


METHODS = {"numpy": numpy_engine, "torch": plain_torch, "unet": plain_unet}


def made_rules():
    """Two rules of the paper's size, so tame that cells stay finite."""
    import numpy as np
    from mednca.rule import Rule

    rng = np.random.default_rng(0)
    shapes = Rule.shapes(CHANNELS, 128).items()
    return [
        Rule(**{name: (rng.uniform(-1, 1, shape) * 0.05).astype(np.float32) for name, shape in shapes}) for _ in SCALES
    ]


def main(method: str, side: int, steps: int, limit_mb: int | None = None) -> None:
    if limit_mb is not None:
        import resource

        resource.setrlimit(resource.RLIMIT_DATA, (limit_mb * 10**6,) * 2)
    run = METHODS[method](side)
    run(1)  # warms up
    started = time.perf_counter()
    run(steps)
    seconds = time.perf_counter() - started
    from mednca.training.peak import peak_memory_gb

    print(json.dumps({"seconds": seconds, "peak_mb": 1000 * peak_memory_gb()}))


if __name__ == "__main__":
    main(sys.argv[1], *(int(word) for word in sys.argv[2:]))
