"""What does a class cost a hub?   python tests/benchmarks/hub.py [seconds]

JupyterLab and Chromium run for real. One learner opens every explorer in one kernel, and then, explorer by explorer,
presses an arrow key on its first slider twenty times a second, without pause, for some seconds. Measured of that
learner's server and kernel: resident memory at the end, and processor seconds per second. What that is for a class is
in the last table: each learner of a hub has a server and a kernel of their own.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

from vgrad import lessons

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))
import lab
import psutil  # it comes with ipykernel

CLASSES = (30, 300, 3000)


def learner() -> dict[str, psutil.Process]:
    """The processes that belong to the learner: server and kernel."""
    found = {}
    for process in psutil.Process().children(recursive=True):
        line = " ".join(process.cmdline())
        if "ipykernel_launcher" in line:
            found["kernel"] = process
        elif "-m jupyterlab" in line:
            found["server"] = process
    return found


def cores(processes, seconds: float, act) -> float:
    """Processor seconds per second of the processes, while ``act`` is repeated for some seconds."""
    start, before = time.monotonic(), busy(processes)
    while time.monotonic() - start < seconds:
        act()
    return (busy(processes) - before) / (time.monotonic() - start)


def busy(processes) -> float:
    """Processor seconds so far."""
    return sum(sum(process.cpu_times()[:2]) for process in processes)


def main(seconds: float) -> None:
    """Measure, and print the tables."""
    with tempfile.TemporaryDirectory() as folder:
        cells = [f"lessons.CATALOGUE[{name!r}]()" for name in lessons.CATALOGUE]
        lab.notebook(Path(folder, "all.ipynb"), "from vgrad import lessons", *cells)
        with lab.serve(Path(folder)) as server, lab.chromium() as browser:
            page = server.open(browser, "all.ipynb", 1280, 900)
            processes = learner()
            print("at first", {name: f"{size(process):.0f} MB" for name, process in processes.items()})
            lab.run_all(page)
            loads = {}
            for number, name in enumerate(lessons.CATALOGUE, 1):
                cell = page.locator(".jp-Cell").nth(number)
                cell.scroll_into_view_if_needed()
                handle = cell.locator(".noUi-handle").first
                cell.locator(".vgrad-view [role=img] > svg").wait_for()
                if handle.count():
                    loads[name] = cores(processes.values(), seconds, lambda handle=handle: drag(page, handle))
                    print(f"{name:20} {loads[name]:.2f} cores while its slider moves")
            megabytes = sum(map(size, processes.values()))
            assert not lab.errors(page), lab.errors(page)
    mean = sum(loads.values()) / len(loads)
    print(f"all {len(cells)} explorers open and moved: {megabytes:.0f} MB;  {mean:.2f} cores in the mean\n")
    print("| learners | memory | cores, if all drag at once | cores, if one in ten does |\n|---|---|---|---|")
    for n in CLASSES:
        print(f"| {n} | {n * megabytes / 1000:.0f} GB | {n * mean:.0f} | {n * mean / 10:.0f} |")


def drag(page, handle) -> None:
    """Two presses, there and back, a twentieth of a second each."""
    handle.focus()
    for key in ("ArrowRight", "ArrowLeft"):
        page.keyboard.press(key)
        page.wait_for_timeout(50)


def size(process: psutil.Process) -> float:
    """Resident memory in MB."""
    return process.memory_info().rss / 1e6


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 10)
