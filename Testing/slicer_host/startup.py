"""Puts the stand-in application together."""

import atexit
import importlib.util
import os
import shutil
import tempfile

_started = False


def start(gui: bool | None = None) -> None:
    """Makes this Python process look like Slicer to a scripted module; calling it again changes nothing.

    ``gui``: True demands the Qt side (ImportError without PySide6), False leaves it out, None takes it where PySide6 is
    installed.
    """
    global _started
    if _started:
        return
    from . import errors

    errors.install()
    folder = tempfile.mkdtemp(prefix="slicer-host-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    gui = _installQt(gui, folder)

    import slicer

    from . import application, colors, modules, sample_data, scene, scripted, translation
    from .namespace import add, addPackage

    temporaryPath, cachePath = os.path.join(folder, "temporary"), os.path.join(folder, "cache")
    os.makedirs(temporaryPath)
    os.makedirs(cachePath)

    colors.writeColorFiles(os.path.join(folder, scene.SHARE_FOLDER))

    host = scene.SceneHost(folder, temporaryPath, cachePath)
    add(slicer, "mrmlScene", host.scene)
    modules.addModulesNamespace(host)
    add(slicer, "selfTests", {})
    add(slicer, "app", application.Application(host, folder))
    addPackage("i18n", translation)
    addPackage("ScriptedLoadableModule", scripted)
    add(slicer, "qSlicerScriptedLoadableModule", modules.ScriptedModule)
    from . import parameters

    addPackage("parameterNodeWrapper", parameters)
    if gui:
        importlib.import_module(".parameters.widget_connectors", __package__)
    modules.addBuiltInScriptedModule("SampleData", sample_data)
    if gui:
        slicer.app.createMainWindow()
        _addSequencesModule(host)
    _started = True


def _addSequencesModule(host) -> None:
    """Puts the sequence toolbar and its timer in the place of the bare entry."""
    import slicer

    from .widgets.sequences_module import SequencesModule

    module = SequencesModule(host.moduleLogics["Sequences"], slicer.util.mainWindow()._object)
    slicer.app.moduleManager().register(module)


def _installQt(gui: bool | None, folder: str) -> bool:
    """Makes ``qt`` and ``ctk`` importable; returns whether there are widgets."""
    if gui is None:
        gui = importlib.util.find_spec("PySide6") is not None
    if gui:
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
        from . import pythonqt

        pythonqt.install(folder)
    else:
        from . import minimal_qt

        minimal_qt.install()
    return gui
