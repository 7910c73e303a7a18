"""The phantoms, offered by Slicer's Sample Data module; they are made on the spot, so it works offline."""

from pathlib import Path

from .phantoms import addPhantoms

CATEGORY, SAMPLE_NAME = "MedNCA", "MedNCAPhantoms"
THUMBNAIL = Path(__file__).resolve().parent.parent / "Resources" / "Icons" / "MedNCAPhantoms.png"
COUNT = 10


def addSample(source=None) -> list:
    """Add phantoms to train on, and one that is not among them; returns their nodes.

    Args:
        source: what Sample Data knows of it; not needed.
    """
    pairs = addPhantoms(COUNT) + addPhantoms(1, seed=1, name="Unseen phantom")
    for _volumeNode, segmentationNode in pairs:
        # So many at once would only hide each other.
        segmentationNode.GetDisplayNode().SetVisibility(False)
    return [node for pair in pairs for node in pair]


def registerSampleData() -> None:
    """Offer the phantoms in the Sample Data module."""
    import SampleData

    SampleData.SampleDataLogic.registerCustomSampleDataSource(
        category=CATEGORY,
        sampleName=SAMPLE_NAME,
        thumbnailFileName=str(THUMBNAIL),
        # Nothing is fetched, but Sample Data wants to see an address.
        uris="",
        fileNames=SAMPLE_NAME,
        customDownloader=addSample,
    )
