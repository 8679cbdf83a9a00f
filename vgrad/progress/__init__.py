"""What a learner has answered belongs to the learner, who can keep it, look at it, and hand it in to a teacher.

    from vgrad import progress

    progress.keep()                        # from now on, answers go to progress.json in this folder
    progress.show(progress.record())       # concepts: before the course, in the warm-ups, after it
    progress.show(progress.record(), "calibration")
    progress.hand_in("ada")                # hand_in_ada.json, to give to a teacher
    progress.stop()

    known = progress.collect("hand_ins")   # a teacher's: the table of a class
    progress.show(known)

Without ``keep``, nothing is written anywhere, and nothing is ever sent. Each notebook has its own kernel, so it is
enough to ask once per folder. Where a valid progress.json lies beside a notebook, its answers go on being kept there.
``download`` and ``upload`` carry the file out of the browser-only site and into it again.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from ..kit import journal
from ..kit.journal import Said
from ..kit.ledger import FILE

if TYPE_CHECKING:
    from ..kit.marks.picture import Picture
    from .page import Download, Upload
    from .results import Class, Progress

__all__ = ["collect", "download", "hand_in", "keep", "record", "show", "stop", "upload"]


def keep(path: str | os.PathLike[str] = FILE) -> Said:
    """Keep the answers of this kernel in a file, those before now too, and say so or why it cannot be.

    path : of the file. It is made where there is none, and added to where there is one. ValueError says what is wrong
    with a file that is not of this form, which is left as it is.
    """
    from .gather import as_path

    return journal.keep(as_path("path", path))


def stop() -> Said:
    """Keep nothing from now on in this kernel, and say which file the learner can delete."""
    return journal.stop()


def record(path: str | os.PathLike[str] = FILE) -> Progress:
    """Return the answers in a file, in the order of their times. Without a path, those of this kernel are among them.

    path : of the file. ValueError says what is wrong with it, or that there is none.
    """
    from . import gather

    return gather.record(path)


def hand_in(name: str, path: str | os.PathLike[str] = FILE) -> Said:
    """Write hand_in_<name>.json beside the notebook, and say which file is for the teacher; nothing is sent.

    name : which the learner chooses, of letters, digits, - and _, and under which a teacher sees the answers. path : of
    the file with the answers; without one, those of this kernel are among them. ValueError if
    the name has other characters, or the file is not of the form.
    """
    from . import handing

    return handing.hand_in(name, path)


def collect(folder: str | os.PathLike[str]) -> Class:
    """Return the table of a class from the files that its learners have handed in.

    folder : every file in it and in its folders whose name ends with .json is read. A file that cannot be read is named
    with its reason and left out, and so is an answer to what is no longer asked. Files under one name belong to one
    learner and are joined. Where they contradict each other, the latest one counts. ValueError if there is no file.
    """
    from . import gather

    return gather.collect(folder)


def show(record: Any, picture: str | None = None) -> Picture | Said:
    """Return the picture of what ``record`` or ``collect`` returned, or a sentence where there is nothing to draw.

    picture : of a learner "concepts" or "calibration"; of a class "moves" or "calibration". ValueError for others.
    """
    from . import draw

    return draw.show(record, picture)


def download(name: str = "") -> Download:
    """Return a link to a file with the answers of this kernel, for the browser-only site; nothing is sent.

    name : under which the file is handed in; without one, it is progress.json.
    """
    from .handing import checked_name
    from .page import Download

    return Download(checked_name(name) if name != "" else "")


def upload() -> Upload:
    """Return a button that takes the answers of a file into this kernel, for the browser-only site."""
    from .page import Upload

    return Upload()
