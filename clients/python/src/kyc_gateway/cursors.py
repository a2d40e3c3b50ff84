"""Where a watch keeps its place over restarts."""

from __future__ import annotations

import os
import typing


class CursorStore(typing.Protocol):
    """Keeps one cursor. For kyc_gateway.aio both may be coroutines."""

    def load(self) -> str | None:
        """The cursor that was saved last; None if there is none yet."""

    def save(self, cursor: str) -> None:
        """Returns once the cursor is kept."""


class CursorFile:
    """A file with the cursor as its only line: the old one or the new one, whenever the machine stops. `kyc watch` reads it, too."""

    def __init__(self, path: str | os.PathLike[str]):
        self._path = os.fspath(path)

    def load(self) -> str | None:
        try:
            with open(self._path, encoding="ascii") as file:
                words = file.read(4096).split()
        except FileNotFoundError:
            return None
        if len(words) != 1:
            raise ValueError(f"{self._path} holds no cursor, so where to go on is not known: put the last cursor into it, or "
                             "remove it to begin anew")
        return words[0]

    def save(self, cursor: str) -> None:
        fresh = self._path + ".new"
        with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="ascii") as file:
            file.write(cursor + "\n")
            file.flush()
            os.fsync(file.fileno())
        os.replace(fresh, self._path)
        folder = os.open(os.path.dirname(self._path) or ".", os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


class CursorInMemory:
    """For a program that begins anew at each start, or keeps the cursor itself."""

    def __init__(self) -> None:
        self._cursor: str | None = None

    def load(self) -> str | None:
        return self._cursor

    def save(self, cursor: str) -> None:
        self._cursor = cursor
