"""Med-NCA: medical image segmentation with Neural Cellular Automata (Kalkhof, González, Mukhopadhyay 2023).

    from mednca import Segmenter, load_model, read_volume

    result = Segmenter(load_model("hippocampus")).run(read_volume("scan.nii.gz"))

Needs numpy alone; files need nibabel or SimpleITK, training and GPUs need torch.
"""

from .card import Card, Label
from .engines import make_engine
from .errors import MedNCAError
from .files import read_volume, write_volume
from .model import Model, load_model, save_model, shipped_models
from .segmenter import Options, Progress, Result, Segmenter
from .volume import Volume

__version__ = "0.1.0"

__all__ = [
    "Card",
    "Label",
    "MedNCAError",
    "Model",
    "Options",
    "Progress",
    "Result",
    "Segmenter",
    "Volume",
    "load_model",
    "make_engine",
    "read_volume",
    "save_model",
    "shipped_models",
    "write_volume",
]
