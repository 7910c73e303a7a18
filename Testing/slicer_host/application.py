"""``slicer.app``: what modules use of ``qSlicerApplication``."""

import os

import qt
import slicer

from . import errors
from .io_manager import CoreIOManager
from .layout import LayoutManager
from .modules import moduleManager

VERSION = (5, 12, 4)


class Application:
    """Attributes are Qt properties of ``qSlicerApplication``, methods are its slots and getters."""

    applicationName = "Slicer"
    mainApplicationName = "Slicer"
    majorVersion, minorVersion, patchVersion = VERSION
    applicationVersion = ".".join(str(number) for number in VERSION)
    revision = repositoryRevision = "stand-in"
    platform = "linux-amd64"
    os = "linux"
    arch = "amd64"
    documentationBaseUrl = "https://slicer.readthedocs.io/en/latest/"

    def __init__(self, host, folder: str):
        """``host`` is the :class:`~slicer_host.scene.SceneHost`, ``folder`` the application's own folder."""
        self._host = host
        self._layoutManager = LayoutManager(host)
        self._ioManager = CoreIOManager(host)
        self._mainWindow = None
        self._startupSlots = []
        self._startupCompleted = False
        self.slicerHome = folder
        self.temporaryPath = host.applicationLogic.GetTemporaryPath()
        self.cachePath = host.scene.GetCacheManager().GetRemoteCacheDirectory()
        self.slicerUserSettingsFilePath = os.path.join(folder, "Slicer.ini")
        self.extensionsInstallPath = os.path.join(folder, "Extensions")
        self._settings = qt.QSettings(self.slicerUserSettingsFilePath, getattr(qt.QSettings, "IniFormat", 0))

    def mrmlScene(self):
        return self._host.scene

    def applicationLogic(self):
        return self._host.applicationLogic

    def mrmlApplicationLogic(self):
        return self._host.applicationLogic

    def layoutManager(self):
        return self._layoutManager

    def coreIOManager(self) -> CoreIOManager:
        return self._ioManager

    def ioManager(self) -> CoreIOManager:
        return self._ioManager

    def moduleManager(self):
        return moduleManager

    def userSettings(self):
        return self._settings

    def settings(self):
        return self._settings

    def testingEnabled(self) -> bool:
        return True

    def commandOptions(self):
        return None

    def topLevelWidgets(self) -> tuple:
        """All windows; there are none without the Qt side of the host."""
        application = getattr(qt, "QApplication", None)
        return application.topLevelWidgets() if application is not None else ()

    def moduleDocumentationUrl(self, moduleName: str) -> str:
        return f"{self.documentationBaseUrl}user_guide/modules/{moduleName.lower()}.html"

    def translate(self, _context: str, text: str) -> str:
        return text

    def processEvents(self) -> None:
        """Runs what is due (timers, Qt events), then raises the first exception that a callback let out."""
        application = getattr(qt, "QApplication", None)
        if application is None:
            from .minimal_qt import processTimers

            processTimers()
        else:
            application.processEvents()
        errors.raiseErrors()

    def pauseRender(self) -> None:
        self._host.applicationLogic.PauseRender()

    def resumeRender(self) -> None:
        self._host.applicationLogic.ResumeRender()

    def setOverrideCursor(self, _cursor) -> None:
        """There is no pointer."""

    def restoreOverrideCursor(self) -> None:
        """There is no pointer."""

    def createMainWindow(self) -> None:
        """Makes the window that ``slicer.util.mainWindow()`` finds (host only)."""
        self._mainWindow = slicer.qSlicerMainWindow()

    def connect(self, signature: str, slot) -> bool:
        """``startupCompleted()`` is emitted by :meth:`completeStartup`; other signals are never emitted."""
        if signature == "startupCompleted()":
            if not self._startupCompleted:
                self._startupSlots.append(slot)
        elif signature not in ("aboutToQuit()", "lastWindowClosed()"):
            raise AttributeError(f"qSlicerApplication has no signal {signature} in the stand-in host")
        return True

    def disconnect(self, signature: str, slot) -> bool:
        if signature == "startupCompleted()" and slot in self._startupSlots:
            self._startupSlots.remove(slot)
            return True
        return False

    def completeStartup(self) -> None:
        """Emits ``startupCompleted()`` to those who have connected since the last time (host only)."""
        self._startupCompleted = True
        slots, self._startupSlots = self._startupSlots, []
        for slot in slots:
            slot()
        self._startupCompleted = False
