"""The stored tables of all lessons.

python -m vgrad.lessons.stored                # the names of all tables
python -m vgrad.lessons.stored NAME [...]     # compute these anew
"""

from __future__ import annotations

import sys

from ..kit.experiments.stored import Tables
from . import (
    attention,
    deep_training,
    diagnosis,
    edge_of_chaos,
    exploding,
    initialization,
    learning,
    memory,
    normalization,
    scoreboard,
    your_network,
)

ROOMS = (
    attention, deep_training, diagnosis, edge_of_chaos, exploding, initialization, learning, memory, normalization,
    scoreboard, your_network,
)  # fmt: skip
TABLES: dict[str, Tables] = {name: room.TABLES for room in ROOMS for name in room.TABLES}  # by the name of each table


def main(names: list[str]) -> None:
    """Compute and store the tables called ``names``, or print what there is."""
    for name in names:
        TABLES[name].store(name)
    if not names:
        for name, tables in TABLES.items():
            print(f"{name:20} {len(tables[name].cells):5} cells  {tables[name].what}")


if __name__ == "__main__":
    main(sys.argv[1:])
