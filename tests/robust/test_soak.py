"""A long lesson: nothing piles up and nothing slows down, and what is hammered, interrupted or restarted works again.

pytest tests/robust/test_soak.py -n 0 --soak          # a thousand moves of each explorer; --soak=300 for fewer
"""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import gc
import inspect
import itertools
import os
import queue
import sys
import time
from functools import _lru_cache_wrapper

import numpy as np
import psutil  # the kernel of every notebook needs it too
import pytest
from explored import SLIDERS, Page, every_explorer, same, values
from ipywidgets.widgets.widget import _instances
from jupyter_client import KernelManager
from matplotlib import pyplot as plt
from matplotlib.figure import Figure

from vgrad import lessons
from vgrad.kit.experiments import protocol
from vgrad.kit.explorers import training

ROUND = 100  # moves; each round visits the same states, so that two rounds can be compared
WARM = 3  # rounds, before anything is counted
TRAINERS = [name for name in lessons.CATALOGUE if name.startswith("train_")]
every_trainer = pytest.mark.parametrize("name", TRAINERS)

# --- a thousand moves ---------------------------------------------------------------------------------------------


@pytest.fixture
def rounds(pytestconfig):
    asked = pytestconfig.getoption("soak")
    if not asked:
        pytest.skip("takes a quarter of an hour; run with --soak")
    return max(2, asked // ROUND)


def path(explorer):
    """A round: each slider in its turn, to places spread evenly over its range."""
    sliders = [(key, w) for key, w in explorer.controls.items() if isinstance(w, SLIDERS)]
    for k, (key, slider) in zip(range(ROUND), itertools.cycle(sliders), strict=False):
        share = 0.618034 * (k + 1) % 1
        value = slider.min + share * (slider.max - slider.min)
        yield key, int(value) if isinstance(slider.max, int) else 10**value if hasattr(slider, "base") else value


def once_around(explorer):
    """The seconds of computing that each move of a round takes."""
    seconds = []
    for key, value in path(explorer):
        start = time.process_time()
        explorer.controls[key].value = value
        seconds.append(time.process_time() - start)
    return np.array(seconds)


def counts():
    """What must not pile up: pyplot's figures, all figures, and widgets."""
    gc.collect()
    figures = sum(issubclass(type(thing), Figure) for thing in gc.get_objects())
    return dict(pyplot=len(plt.get_fignums()), figures=figures, widgets=len(_instances))


def resident():
    """Bytes in memory, without those that the C library keeps for later."""
    gc.collect()
    with contextlib.suppress(OSError, AttributeError):  # elsewhere than on Linux
        ctypes.CDLL("libc.so.6").malloc_trim(0)
    return psutil.Process(os.getpid()).memory_info().rss


@every_explorer
def test_sliders_can_be_moved_for_a_whole_lesson(name, rounds, record_property, capsys):
    explorer = lessons.CATALOGUE[name]()
    start = values(explorer)
    for _ in range(WARM):
        once_around(explorer)
    first_state, before, memory = values(explorer), counts(), resident()
    took = [once_around(explorer) for _ in range(rounds)]
    growth = resident() / memory - 1
    first, last = np.median(took[0]), np.median(took[-1])
    with capsys.disabled():
        of = f"{memory / 2**20:.0f} MB, {growth:+.2%}; a move {1e3 * first:.1f} ms, in the end {1e3 * last:.1f}"
        print(f"\n{name}: {rounds * ROUND} moves, {of}; {before}", flush=True)
    assert values(explorer) == first_state != start
    assert counts() == before
    assert growth < 0.02
    assert last < 1.3 * first
    assert_draws_are_bounded()


def assert_draws_are_bounded():
    """Of the draws that are kept: at most three stores, and each starts anew beyond its bound."""
    kept = [thing for thing in gc.get_objects() if type(thing) is protocol._Kept]
    info, sizes = protocol._store.cache_info(), [one.unit.size for one in kept]
    assert info.currsize <= info.maxsize == 3
    assert sum(sizes) <= 3 * (protocol.KEPT + max(sizes, default=0))


def test_every_cache_is_bounded():
    """A cache has a bound, or belongs to a function that has only one answer."""
    caches = [thing for thing in gc.get_objects() if type(thing) is _lru_cache_wrapper]
    ours = [cache for cache in caches if cache.__module__.partition(".")[0] == "vgrad"]
    assert len(ours) > 10
    for cache in ours:
        bound, asked = cache.cache_parameters()["maxsize"], [*inspect.signature(cache).parameters]
        assert bound is not None or asked in ([], ["dtype"]), cache.__qualname__  # a dtype is one of three


# --- Train, Stop and Reset, hammered ------------------------------------------------------------------------------


async def until(true, seconds=60):
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end
        await asyncio.sleep(0.005)


@every_trainer
def test_train_stop_and_reset_can_be_hammered(name, monkeypatch):
    monkeypatch.setattr(training, "MOMENT", 0.0)
    explorer, problems = lessons.CATALOGUE[name](steps=50, seeds=1), []
    first = explorer.record

    async def page():
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda _, context: problems.append(context))
        for k in range(100):
            explorer.train()
            for _ in range(k % 3):
                await asyncio.sleep(0)  # before it has begun, in its first moment, or asleep
            explorer.train()
            (explorer.stop, explorer.reset)[k % 2]()
            explorer.stop()
            assert not explorer.training
        await asyncio.sleep(0.05)
        assert asyncio.all_tasks() == {asyncio.current_task()}
        assert training.TrainExplorer.current is None
        explorer.reset()
        assert same(explorer.record, first)
        explorer.train()
        await until(lambda: explorer.record.done and not explorer.training)

    asyncio.run(page())
    assert problems == []
    assert explorer.record.step == 50
    assert explorer._busy.value == ""


@every_trainer
@pytest.mark.parametrize("how", ["in a task", "at once"])
def test_an_interrupt_within_a_step_ends_training_and_train_begins_anew(name, how, monkeypatch):
    monkeypatch.setattr(training, "MOMENT", 0.0)
    explorer = lessons.CATALOGUE[name](steps=50, seeds=1)
    records = explorer._records
    explorer._records = interrupted(records, after=3)

    async def page():
        explorer.train()
        await until(lambda: not explorer.training)
        stopped = explorer.record.step
        explorer.train()
        await until(lambda: not explorer.training, seconds=20)
        return stopped

    if how == "in a task":
        stopped = asyncio.run(page())
    else:
        with pytest.raises(KeyboardInterrupt):
            explorer.train()
        stopped = explorer.record.step
        assert Page(explorer).caption == explorer.caption
        explorer.train()
    assert training.FIRST < stopped < 50
    assert explorer.record.step == 50


def interrupted(records, after):
    """Records, and then Ctrl-C where it mostly falls: within a step."""
    yield from itertools.islice(records, after)
    raise KeyboardInterrupt


def test_an_interrupt_while_a_draw_is_scaled_leaves_no_wrong_numbers(monkeypatch):
    unit = lambda rng, shape: rng.standard_normal(shape)  # noqa: E731
    draw = lambda scale: protocol.scaled_draw((98, 76), unit, (2, 3), scale, precision="float64", seed=0)  # noqa: E731
    right, multiply = draw(2.0).copy(), np.multiply

    def cut_short(*args, **kwargs):
        multiply(*args, **kwargs)
        raise KeyboardInterrupt

    monkeypatch.setattr(np, "multiply", cut_short)
    with pytest.raises(KeyboardInterrupt):
        draw(3.0)
    monkeypatch.undo()
    np.testing.assert_array_equal(draw(2.0), right)


# --- a real kernel ------------------------------------------------------------------------------------------------

CELL = "from vgrad.lessons.learning import explore\ne = explore.train_mlp(depth=20, steps=600); e"
WORKS = """import asyncio
e = explore.train_mlp(depth=2, seeds=1, steps=20)
e.train()
while e.training: await asyncio.sleep(0.01)
print(e.record.step, e.caption[:20])"""


@pytest.fixture
def kernel(monkeypatch):
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(sys.path))
    manager = KernelManager(kernel_name="python3")
    manager.start_kernel()
    client = manager.client()
    client.start_channels()
    client.wait_for_ready(60)
    yield manager, client
    client.stop_channels()
    manager.shutdown_kernel(now=True)


def run(client, code, wait=True):
    """Run a cell; what it prints, and the name of its error."""
    message, said = client.execute(code), []
    while wait:
        reply = client.get_iopub_msg(60)
        if reply["parent_header"].get("msg_id") != message:
            continue
        content = reply["content"]
        if reply["msg_type"] == "stream" and content["name"] == "stdout":
            said.append(content["text"])
        if reply["msg_type"] == "error":
            said.append(content["ename"])
        if content.get("execution_state") == "idle":
            return "".join(said)
    return message


def click(client, button):
    """What a page sends where a button is pressed."""
    comm = run(client, f"print({button}.comm.comm_id)").strip()
    data = {"method": "custom", "content": {"event": "click"}, "buffers": []}
    client.shell_channel.send(client.session.msg("comm_msg", {"comm_id": comm, "data": data}))


def steps(client):
    return int(run(client, "print(e.record.step)"))


def trains(client, where=training.FIRST, seconds=60):
    """Wait until it has taken steps from where it stood, or anew."""
    end = time.monotonic() + seconds
    while steps(client) in (training.FIRST, where):
        assert time.monotonic() < end
        time.sleep(0.05)
    return True


def test_a_kernel_interrupted_or_restarted_in_the_middle_of_training_works_on_the_next_run(kernel):
    manager, client = kernel
    assert run(client, CELL) == ""
    click(client, "e._train")
    assert trains(client)
    manager.interrupt_kernel()  # between cells
    time.sleep(0.3)
    assert run(client, WORKS).startswith("20 After 20 of 20")

    run(client, CELL)
    click(client, "e._train")
    assert trains(client)
    waiting = run(client, "import asyncio\nawait asyncio.sleep(30)", wait=False)
    time.sleep(1)
    manager.interrupt_kernel()  # in a cell, while it trains
    idle(client, waiting)
    where = steps(client)
    click(client, "e._train")  # goes on, or begins anew
    assert trains(client, where)
    assert run(client, WORKS).startswith("20 After 20 of 20")

    run(client, CELL)
    running = run(client, "e.run()", wait=False)
    time.sleep(1)
    manager.interrupt_kernel()  # in the training itself
    idle(client, running)
    where = steps(client)
    assert training.FIRST < where < 600
    click(client, "e._train")
    assert trains(client, where)
    assert run(client, WORKS).startswith("20 After 20 of 20")

    run(client, CELL)
    click(client, "e._train")
    manager.restart_kernel(now=True)
    client.wait_for_ready(60)
    assert run(client, CELL) == ""
    click(client, "e._train")
    assert trains(client)
    assert run(client, WORKS).startswith("20 After 20 of 20")


def idle(client, message):
    """Wait for the end of a cell; the page is told no more than KeyboardInterrupt or CancelledError."""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        try:
            reply = client.get_iopub_msg(5)
        except queue.Empty:
            continue
        if reply["parent_header"].get("msg_id") == message:
            if reply["msg_type"] == "error":
                assert reply["content"]["ename"] in ("KeyboardInterrupt", "CancelledError")
            if reply["content"].get("execution_state") == "idle":
                return
    raise TimeoutError
