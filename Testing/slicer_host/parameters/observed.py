"""Lists and dicts that write every change of themselves into their parameter node."""

import collections.abc


class ObservedList(collections.abc.MutableSequence):
    """A list that writes every change of itself into its parameter node. It cannot be added or multiplied."""

    def __init__(self, parameterNode, serializer, name: str, values: list):
        self._parameterNode, self._serializer, self._name = parameterNode, serializer, name
        self._list = values

    def _save(self) -> None:
        try:
            self._serializer.write(self._parameterNode, self._name, self._list)
        finally:
            # After a refused value the node holds the old ones; after nested lists it holds observed ones.
            self._list = self._serializer.read(self._parameterNode, self._name)._list

    def __repr__(self) -> str:
        return f"ObservedList({self._list})"

    def __eq__(self, other) -> bool:
        return self._list == (other._list if isinstance(other, ObservedList) else other)

    __hash__ = None

    def __len__(self) -> int:
        return len(self._list)

    def __getitem__(self, index):
        return self._list[index]

    def __setitem__(self, index, value) -> None:
        self._list[index] = value
        self._save()

    def __delitem__(self, index) -> None:
        del self._list[index]
        self._save()

    def __iadd__(self, other):
        self._list += other
        self._save()
        return self

    def __imul__(self, count):
        self._list *= count
        self._save()
        return self

    def insert(self, index, value) -> None:
        self._list.insert(index, value)
        self._save()

    def append(self, value) -> None:
        self.insert(len(self._list), value)

    def extend(self, other) -> None:
        self._list.extend(other)
        self._save()

    def clear(self) -> None:
        self._list.clear()
        self._save()

    def reverse(self) -> None:
        self._list.reverse()
        self._save()

    def sort(self, *args, **kwargs) -> None:
        self._list.sort(*args, **kwargs)
        self._save()


class ObservedDict(collections.abc.MutableMapping):
    """A dict that writes every change of itself into its parameter node."""

    def __init__(self, parameterNode, serializer, name: str, values: dict):
        self._parameterNode, self._serializer, self._name = parameterNode, serializer, name
        self._dict = values

    def _save(self) -> None:
        try:
            self._serializer.write(self._parameterNode, self._name, self._dict)
        finally:
            self._dict = self._serializer.read(self._parameterNode, self._name)._dict

    def __repr__(self) -> str:
        return f"ObservedDict({self._dict})"

    def __eq__(self, other) -> bool:
        return self._dict == (other._dict if isinstance(other, ObservedDict) else other)

    __hash__ = None

    def __len__(self) -> int:
        return len(self._dict)

    def __iter__(self):
        return iter(self._dict)

    def __getitem__(self, key):
        return self._dict[key]

    def __setitem__(self, key, value) -> None:
        self._dict[key] = value
        self._save()

    def __delitem__(self, key) -> None:
        del self._dict[key]
        self._save()

    # Those of Slicer take no default.

    def get(self, key):
        return self._dict.get(key)

    def pop(self, key):
        value = self._dict.pop(key)
        self._save()
        return value

    def popitem(self) -> tuple:
        item = self._dict.popitem()
        self._save()
        return item
