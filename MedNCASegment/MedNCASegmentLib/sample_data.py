"""The sample scan, registered with Slicer's Sample Data module; it lies in the extension, so it works offline."""

from pathlib import Path

CATEGORY = "MedNCA"
SAMPLE_NAME = "MedNCAHippocampus"
FOLDER = Path(__file__).resolve().parent.parent / "Resources" / "SampleData"
SCAN = FOLDER / "MedNCA_Hippocampus_T1.nii.gz"
LABEL = FOLDER / "MedNCA_Hippocampus_Label.nii.gz"
THUMBNAIL = FOLDER.parent / "Icons" / "MedNCAHippocampus.png"
# Of the two files; Slicer fetches a cached copy anew when they differ.
CHECKSUMS = {
    SCAN: "SHA256:341a6839e78d51ae0553ae6af0c0eda378fd9be86c30ca186b962765263e6ea6",
    LABEL: "SHA256:ee43250cdd35c25e17ad7101cfad98b2453c4708c99daea3466ef0be8d234612",
}


def registerSampleData() -> None:
    """Offer the hippocampus MRI and its expert label in the Sample Data module."""
    import SampleData

    SampleData.SampleDataLogic.registerCustomSampleDataSource(
        category=CATEGORY,
        sampleName=SAMPLE_NAME,
        thumbnailFileName=str(THUMBNAIL),
        uris=[SCAN.as_uri(), LABEL.as_uri()],
        fileNames=[SCAN.name, LABEL.name],
        nodeNames=["Hippocampus MRI", "Hippocampus expert label"],
        loadFileTypes=["VolumeFile", "SegmentationFile"],
        checksums=[CHECKSUMS[SCAN], CHECKSUMS[LABEL]],
    )
