"""``SampleData``: the part of Slicer's Sample Data module with which modules register and load data of their own."""

import logging
import os
import shutil
import urllib.parse
import urllib.request

import slicer


class SampleDataSource:
    """One set of sample data: an address, a file name and a node name for each file."""

    def __init__(
        self,
        sampleName=None,
        sampleDescription=None,
        uris=None,
        fileNames=None,
        nodeNames=None,
        checksums=None,
        loadFiles=None,
        customDownloader=None,
        thumbnailFileName=None,
        loadFileTypes=None,
        loadFileProperties=None,
    ):
        """``uris``, ``fileNames``, ``nodeNames``, ``checksums``, ``loadFiles`` and ``loadFileTypes`` are one value or
        lists of one length; ValueError where the lengths differ."""
        single = isinstance(uris, str)
        count = 1 if single else len(uris)

        def listed(value):
            return [value] * count if single or value is None or isinstance(value, str) else list(value)

        self.sampleName = sampleName
        self.sampleDescription = sampleName if sampleDescription is None else sampleDescription
        self.uris = [uris] if single else list(uris)
        self.fileNames = [fileNames] if single else list(fileNames)
        self.nodeNames = listed(nodeNames)
        self.checksums = listed(checksums)
        self.loadFiles = listed(loadFiles)
        self.loadFileTypes = listed(loadFileTypes)
        self.loadFileProperties = loadFileProperties or {}
        self.customDownloader = customDownloader
        self.thumbnailFileName = thumbnailFileName
        lists = (self.uris, self.fileNames, self.nodeNames, self.checksums, self.loadFiles, self.loadFileTypes)
        if len({len(values) for values in lists}) != 1:
            raise ValueError("All fields of sample data source must have the same length")

    def __eq__(self, other) -> bool:
        return isinstance(other, SampleDataSource) and vars(self) == vars(other)

    __hash__ = None


class SampleDataLogic:
    """Registers sample data in ``slicer.modules.sampleDataSources`` and loads them, from ``file:`` addresses only."""

    def __init__(self, logMessage=None):
        self.logMessage = logMessage or (lambda message, logLevel=logging.DEBUG: logging.log(logLevel, message))

    @staticmethod
    def registerCustomSampleDataSource(
        category="Custom",
        sampleName=None,
        uris=None,
        fileNames=None,
        nodeNames=None,
        customDownloader=None,
        thumbnailFileName=None,
        loadFileTypes=None,
        loadFiles=None,
        loadFileProperties=None,
        checksums=None,
    ) -> None:
        """Registers a set of sample data; registering the same set again changes nothing."""
        source = SampleDataSource(
            sampleName=sampleName,
            uris=uris,
            fileNames=fileNames,
            nodeNames=nodeNames,
            thumbnailFileName=thumbnailFileName,
            loadFileTypes=loadFileTypes,
            loadFiles=loadFiles,
            loadFileProperties=loadFileProperties,
            checksums=checksums,
            customDownloader=customDownloader,
        )
        sources = _namespaceDict("sampleDataSources").setdefault(category, [])
        if source not in sources:
            sources.append(source)

    @staticmethod
    def sampleDataSourcesByCategory(category=None):
        """All sources as a dict of lists, or the list of one category."""
        sources = _namespaceDict("sampleDataSources")
        return sources if category is None else sources.get(category, [])

    @staticmethod
    def isSampleDataSourceRegistered(category, sampleDataSource) -> bool:
        return sampleDataSource in SampleDataLogic.sampleDataSourcesByCategory(category)

    def sourceForSampleName(self, sampleName: str):
        """The source of that name in any category, or None."""
        sources = _namespaceDict("sampleDataSources").values()
        return next((source for group in sources for source in group if source.sampleName == sampleName), None)

    def downloadSample(self, sampleName: str):
        """Loads a sample and returns its first node."""
        return self.downloadSamples(sampleName)[0]

    def downloadSamples(self, sampleName: str) -> list:
        """Loads a sample and returns its nodes; an unknown name gives an empty list."""
        source = self.sourceForSampleName(sampleName)
        return self.downloadFromSource(source) if source else []

    def downloadFromSource(self, source: SampleDataSource) -> list:
        """Copies the files into the scene's cache and loads those that have a node name; returns nodes, or paths.

        Fetches nothing of a source with a downloader of its own: Slicer calls that by the source's button alone.
        """
        if source.customDownloader is not None:
            return []
        results = []
        fields = (
            source.uris,
            source.fileNames,
            source.nodeNames,
            source.checksums,
            source.loadFiles,
            source.loadFileTypes,
        )
        for uri, fileName, nodeName, checksum, load, fileType in zip(*fields, strict=True):
            path = self.downloadFileIntoCache(uri, fileName, checksum)
            if load is False or nodeName is None:
                results.append(path)
                continue
            properties = {**source.loadFileProperties, "name": nodeName}
            node = slicer.util.loadNodeFromFile(path, fileType or slicer.app.coreIOManager().fileType(path), properties)
            results.append(node)
        return results

    def downloadFileIntoCache(self, uri: str, name: str, checksum: str | None = None) -> str:
        """Path of the cached copy; ValueError when the file is not a ``file:`` address or fails its checksum."""
        parts = urllib.parse.urlparse(uri)
        if parts.scheme != "file":
            raise ValueError(f"The stand-in host reads sample data from file: addresses only, not {uri}")
        folder = slicer.mrmlScene.GetCacheManager().GetRemoteCacheDirectory()
        path = os.path.join(folder, name)
        shutil.copyfile(urllib.request.url2pathname(parts.path), path)
        if checksum:
            algorithm, _, digest = checksum.partition(":")
            if slicer.util.computeChecksum(algorithm, path) != digest:
                raise ValueError(f"Checksum of {name} does not match")
        return path


def _namespaceDict(name: str) -> dict:
    if not hasattr(slicer.modules, name):
        setattr(slicer.modules, name, {})
    return getattr(slicer.modules, name)


def downloadSample(sampleName: str):
    """Loads a sample and returns its first node."""
    return SampleDataLogic().downloadSample(sampleName)


def downloadSamples(sampleName: str) -> list:
    """Loads a sample and returns its nodes."""
    return SampleDataLogic().downloadSamples(sampleName)
