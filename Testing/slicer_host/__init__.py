"""A stand-in for the 3D Slicer application, for machines that have only Python and the ``slicer-core`` wheel.

``slicer-core`` brings Slicer's own C++ core: MRML, the module logics, the displayable managers and ``slicer.util``.
This package adds what it lacks, so that MedNCA's modules run unchanged. It adds only: a name that ``slicer-core`` has
is never replaced. What runs here is not Slicer, and a picture made here is not a screenshot of Slicer.

Use::

    from slicer_host import start

    start()  # the folder Testing must be on sys.path; calling it again changes nothing
    import slicer

What it stands in for, and how it differs from Slicer:

``slicer.mrmlScene``, ``slicer.app``, ``slicer.modules``, ``slicer.selfTests``
    The scene is MRML's own with the node classes of the modules in :data:`slicer_host.scene.MODULE_LOGICS`; colour
    tables that Slicer reads from its colour files are generated, and no terminology files are loaded. ``slicer.app``
    has the methods that modules use, ``testingEnabled()`` is True; with Qt there is a main window with nothing but the
    module panel. File readers and writers are MRML's storage nodes, without Slicer's reader plugins and options
    dialogs. Subject hierarchy items are created for the node classes that Slicer's plugins claim.
``slicer.ScriptedLoadableModule``, ``slicer.i18n``, ``slicer.parameterNodeWrapper``, ``SampleData``
    Written anew to the same contracts. Text is never translated. Parameters are stored under the same names and in the
    same format as in Slicer, for int, float, bool, str, enumerations, paths, nodes, lists, tuples, dicts and unions of
    these; parameter packs, ``QColor`` and ``typing.Any`` are missing. Sample data come from ``file:`` addresses only.
``qt``, ``ctk`` and the qMRML widgets
    Made of PySide6 where it is installed, with the manners of PythonQt, and stricter than it: see
    :mod:`slicer_host.pythonqt`. Without PySide6 they are just enough to load module files and to run timers
    (:mod:`slicer_host.minimal_qt`).
views
    :mod:`slicer_host.views` draws slice and 3D views off screen, by Slicer's slice logic and displayable managers.
exceptions in callbacks
    Slicer prints an exception that leaves a Qt slot or a VTK observer, and goes on. Here ``slicer.app.processEvents()``
    and :func:`raiseErrors` raise it.

``slicer.packaging`` is left out on purpose: MedNCA installs nothing to segment.
"""

from .errors import raiseErrors
from .modules import loadModule
from .startup import start

__all__ = ["loadModule", "raiseErrors", "start"]
