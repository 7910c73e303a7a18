"""Sample data registered by a module are loaded from files."""

from pathlib import Path

import pytest
import SampleData
import slicer


@pytest.fixture
def registered(scene, scanFile, labelFile, monkeypatch):
    # Those of the modules come back: they are registered once, at startup.
    monkeypatch.setattr(slicer.modules, "sampleDataSources", {}, raising=False)
    SampleData.SampleDataLogic.registerCustomSampleDataSource(
        category="Testing",
        sampleName="Hippocampus",
        uris=[Path(scanFile).as_uri(), Path(labelFile).as_uri()],
        fileNames=[Path(scanFile).name, Path(labelFile).name],
        nodeNames=["Scan", "Label"],
        loadFileTypes=["VolumeFile", "SegmentationFile"],
    )


def test_a_sample_is_loaded_with_its_names_and_classes(registered):
    nodes = SampleData.SampleDataLogic().downloadSamples("Hippocampus")
    assert [(node.GetName(), node.GetClassName()) for node in nodes] == [
        ("Scan", "vtkMRMLScalarVolumeNode"),
        ("Label", "vtkMRMLSegmentationNode"),
    ]
    assert nodes[1].GetSegmentation().GetNumberOfSegments() == 2


def test_registering_twice_changes_nothing(registered, scanFile):
    source = SampleData.SampleDataLogic.sampleDataSourcesByCategory("Testing")[0]
    for _time in range(2):
        SampleData.SampleDataLogic.registerCustomSampleDataSource(
            "Other", "Scan", uris=Path(scanFile).as_uri(), fileNames="scan.nii.gz", nodeNames="Scan"
        )
    assert len(SampleData.SampleDataLogic.sampleDataSourcesByCategory("Other")) == 1
    assert SampleData.SampleDataLogic.isSampleDataSourceRegistered("Testing", source)


def test_as_in_Slicer_a_downloader_of_its_own_is_not_called_by_name(registered):
    calls = []
    SampleData.SampleDataLogic.registerCustomSampleDataSource(
        "Testing", "Made", uris="", fileNames="Made", customDownloader=calls.append
    )
    logic = SampleData.SampleDataLogic()
    assert logic.downloadSamples("Made") == []
    assert calls == []
    source = logic.sourceForSampleName("Made")
    source.customDownloader(source)
    assert calls == [source]


def test_a_wrong_checksum_and_an_address_on_the_net_are_refused(scene, scanFile):
    logic = SampleData.SampleDataLogic()
    with pytest.raises(ValueError, match="Checksum"):
        logic.downloadFileIntoCache(Path(scanFile).as_uri(), "scan.nii.gz", "SHA256:00")
    with pytest.raises(ValueError, match="file: addresses"):
        logic.downloadFileIntoCache("https://example.org/scan.nii.gz", "scan.nii.gz")


def test_fields_of_different_length_are_refused():
    with pytest.raises(ValueError, match="same length"):
        SampleData.SampleDataSource(uris=["a", "b"], fileNames=["a"])
