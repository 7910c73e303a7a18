"""UNets with the encoders of `segmentation-models-pytorch`."""

from __future__ import annotations

import sys

import torch

_defined = []  # libraries of operators, which vanish with their last reference


def encoder_unet(encoder: str) -> torch.nn.Module:
    """A UNet with one channel in and one out, without pretrained weights.

    Args:
        encoder: name of `segmentation-models-pytorch`.
    """
    _let_torchvision_in()
    import segmentation_models_pytorch

    return segmentation_models_pytorch.Unet(encoder, encoder_weights=None, in_channels=1, classes=1)


def _let_torchvision_in() -> None:
    """Import torchvision, by declaring its compiled operators where they cannot be loaded.

    The build in the Python Package Index is linked against CUDA; beside a PyTorch for the processor alone it has no
    operators, and its import ends at the first that it looks for. No network here uses them.
    """
    try:
        import torchvision  # noqa: F401
    except RuntimeError as error:
        if "torchvision::" not in str(error):
            raise
        for name in [name for name in sys.modules if name.split(".")[0] == "torchvision"]:
            del sys.modules[name]
        library = torch.library.Library("torchvision", "FRAGMENT")
        for operator in ("nms", "qnms"):
            library.define(f"{operator}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
        _defined.append(library)
        import torchvision  # noqa: F401
