"""What a node selector offers: which nodes of the scene, and which actions below them."""


def offers(settings: dict, attributes: list, node) -> bool:
    """Whether a node is among those that the selector's settings allow.

    ``settings``: the selector's properties by name. ``attributes``: (node class, attribute name, value or None for
    any).
    """
    if node.GetHideFromEditors() and not settings["showHidden"]:
        return False
    for className, attribute, value in attributes:
        present = node.GetAttribute(attribute)
        if node.IsA(className) and (present is None or value not in (None, present)):
            return False
    if node.GetClassName() in settings["nodeTypes"]:
        return True
    child = settings["showChildNodeTypes"] and any(node.IsA(name) for name in settings["nodeTypes"])
    return child and not any(node.IsA(name) for name in settings["hideChildNodeTypes"])


def actions(settings: dict, label) -> list:
    """(text, (action, node class)) of each enabled action, in order; ``label(node class)`` names a class."""
    types = settings["nodeTypes"]
    name = label(types[0] if len(types) == 1 else "")
    rows = []
    if settings["renameEnabled"]:
        rows.append((f"Rename current {name}", ("rename", "")))
    if settings["editEnabled"]:
        rows.append((f"Edit current {name}", ("edit", "")))
    if settings["addEnabled"]:
        rows += [(f"Create new {label(nodeType)}", ("add", nodeType)) for nodeType in types]
    if settings["removeEnabled"]:
        rows.append((f"Delete current {name}", ("remove", "")))
    return rows
