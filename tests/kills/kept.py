"""A folder that can be put back as it was, file by file.

In place: the intent file knows its own number (inode), and a copy of it would be seen as one.
"""

import shutil

from core.folder import Folder


class KeptFolder:
    def __init__(self, folder: Folder) -> None:
        self.folder = folder
        self.keep()

    def keep(self) -> None:
        """What stands here now is what `put_back` gives."""
        found = list(self.folder.path.rglob("*"))
        self._files = {path: path.read_bytes() for path in found if path.is_file()}
        self._folders = {path for path in found if path.is_dir()}

    def put_back(self) -> Folder:
        for path in list(self.folder.path.rglob("*")):
            if path.is_dir() and path not in self._folders:
                shutil.rmtree(path)
            elif path.is_file() and path not in self._files:
                path.unlink()
        for path, content in self._files.items():
            path.write_bytes(content)
        return self.folder
