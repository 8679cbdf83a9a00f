"""Run by IPython before a kernel's first cell: from here on, nothing is fetched, and nothing is written but its own.

What is Python's, IPython's, Jupyter's or Matplotlib's own may be written: caches, history, the connection's file. All
else raises PermissionError, which fails the cell.
"""

import os
import sys
import tempfile

import matplotlib
from IPython.paths import get_ipython_dir
from jupyter_core.paths import jupyter_runtime_dir


def watchman():
    """An audit hook (PEP 578), which keeps what it needs: IPython forgets the names of this file."""
    folders = (get_ipython_dir(), jupyter_runtime_dir(), matplotlib.get_cachedir(), matplotlib.get_configdir())
    own = (os.devnull, *(os.path.join(os.path.realpath(folder), "") for folder in folders))
    writes = os.O_WRONLY | os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_TRUNC
    moves = {"os.rename", "os.link", "os.symlink"}  # from one path to another
    changes = {"os.mkdir", "os.remove", "os.rmdir", "os.truncate", "sqlite3.connect", *moves}
    home, real, decode, names = ("localhost", "127.0.0.1", "::1", "", None), os.path.realpath, os.fsdecode, (str, bytes)

    def is_own(path):
        kept = "__pycache__" in path.replace(os.sep, "/").split("/")[-2:]
        return kept or path == ":memory:" or real(path).startswith(own)

    def refuse(event, args):
        if event in changes or (event == "open" and isinstance(args[0], names) and args[2] & writes):
            for path in map(decode, args[: 1 + (event in moves)]):
                if not is_own(path):
                    raise PermissionError(f"{event} {path}: a lesson writes nothing")
        elif event in ("socket.connect", "socket.sendto") and isinstance(args[1], tuple) and args[1][0] not in home:
            raise PermissionError(f"{event} {args[1]}: a lesson needs no network")
        elif event == "socket.getaddrinfo" and args[0] not in (*home, b"localhost"):
            raise PermissionError(f"{event} {args[0]}: a lesson needs no network")

    return refuse


tempfile.gettempdir()  # Python finds it by writing there, once
sys.addaudithook(watchman())
