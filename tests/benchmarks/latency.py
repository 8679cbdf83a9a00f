"""How long after a key press is the new picture on the screen?   python tests/benchmarks/latency.py [moves]

JupyterLab and Chromium run for real; sliders are moved by their arrow keys, in turns, one move of each kind a round. A
clock inside the page starts at the key press and stops after the first animation frame after the change has arrived
and, where it is a picture, has been decoded: then it has been painted. What is compared, in medians of one run:

  bare        a slider whose callback writes one line of text: no kernel-side widget can be faster
  explorer    the depth slider of explore.gradient_flow, within an axis step
  new axes    the same, onto another axis step and back: ticks and shading are drawn anew
  interact    ipywidgets.interact and a new figure a move: the same record, the same picture, at the same dots an inch

The ratios matter, not the milliseconds, which are the machine's: explorer / bare is what the picture costs on top of
the round trip (aim: at most 2), interact / explorer is what keeping the figure alive saves (aim: at least 5). Below
them, where an explorer's move goes: in the kernel, by the same steps in this process; in the page, by its clock.
"""

from __future__ import annotations

import base64
import statistics
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))
import lab

from vgrad.kit.experiments.flow import flow
from vgrad.kit.marks import picture
from vgrad.kit.words.flow import alt, sentence
from vgrad.lessons.gradient_flow.explore import gradient_flow

BARE = """import ipywidgets as widgets
slider, text = widgets.IntSlider(30, 1, 100, description="bare"), widgets.HTML("30")
def say(change):
    text.value = f'<span class="bare">{change["new"]}</span>'
slider.observe(say, "value")
widgets.VBox([slider, text])"""
EXPLORER = "from vgrad.lessons.gradient_flow import explore\nexplore.gradient_flow()"
INTERACT = """%matplotlib inline
import ipywidgets as widgets
from IPython.display import display
from vgrad.lessons.gradient_flow import flow, show
@widgets.interact
def draw(depth=widgets.IntSlider(30, 1, 100, description="again")):
    display(show(flow(depth=depth)).figure)"""

# The clock: from the key press to after the first frame after `find` gives something new, decoded if it is a picture
CLOCK = """([output, find]) => {
  const area = document.querySelectorAll('.jp-Cell')[output].querySelector('.jp-OutputArea');
  const now = () => { const e = area.querySelector(find); return e && (e.src || e.textContent); };
  const before = now(), frame = () => new Promise(requestAnimationFrame);
  const behind = () => new Promise(done => {  // a task posted in a frame runs when the frame has been painted
    const channel = new MessageChannel();
    channel.port1.onmessage = done;
    channel.port2.postMessage(0);
  });
  window.clock = new Promise(resolve => {
    let pressed = 0;
    area.addEventListener('keydown', () => { pressed = performance.now(); }, {capture: true, once: true});
    const watch = new MutationObserver(async () => {
      if (!now() || now() === before) return;
      watch.disconnect();
      const arrived = performance.now(), image = area.querySelector(find);
      if (image.decode) await image.decode();
      const decoded = performance.now();
      await frame();
      await behind();
      resolve([performance.now() - pressed, arrived - pressed, decoded - arrived]);
    });
    watch.observe(area, {subtree: true, childList: true, attributes: true, characterData: true});
  }); }"""
PICTURE = ".jp-OutputArea-output img"
WATCHED = {
    "bare": (0, ".bare"),
    "explorer": (1, ".vgrad-view img"),
    "interact": (2, PICTURE),
}


def move(page, kind: str, key: str) -> list[float]:
    """Press ``key`` on a slider: [painted, arrived, decoded] in ms after it, the last one after the arrival."""
    output, find = WATCHED[kind]
    page.locator(".jp-Cell").nth(output).locator(".noUi-handle").first.focus()
    page.wait_for_timeout(60)
    page.evaluate(CLOCK, [output, find])
    page.keyboard.press(key)
    times = page.evaluate("window.clock")
    page.wait_for_timeout(250)  # what the kernel still has to say comes before the next move
    return times


def in_the_page(page, moves: int) -> dict[str, list]:
    """The times of every move, by kind, taken in turns."""
    times = {kind: [] for kind in (*WATCHED, "new axes")}
    for kind in WATCHED:  # what is done only once is done
        for key in ("ArrowRight", "ArrowLeft"):
            move(page, kind, key)
    for k in range(moves):
        for kind in WATCHED:
            times[kind].append(move(page, kind, "ArrowRight" if k % 2 else "ArrowLeft"))
    for _ in range(20):  # from 30 layers to 50, the last that the axis holds; then over the edge and back
        move(page, "explorer", "ArrowRight")
    for k in range(1 + moves):
        if k:
            times["bare"].append(move(page, "bare", "ArrowRight" if k % 2 else "ArrowLeft"))
        move_over = move(page, "explorer", "ArrowLeft" if k % 2 else "ArrowRight")
        if k:
            times["new axes"].append(move_over)
    return times


def in_the_kernel(moves: int) -> dict[str, float]:
    """Medians of the steps of a tick, in ms, on the explorer's own figure."""
    explorer = gradient_flow()
    plot, steps = explorer._plot, {"measure": [], "move": [], "blit": [], "encode": [], "say": []}
    for k in range(moves + 2):
        marks = [time.perf_counter()]
        record = flow(depth=29 + k % 2)  # within an axis step
        marks.append(time.perf_counter())
        plot.update(record)
        marks.append(time.perf_counter())
        plot.canvas.draw()
        marks.append(time.perf_counter())
        png = picture.encode(plot.canvas.agg)
        marks.append(time.perf_counter())
        base64.b64encode(png).decode(), alt(record), sentence(record)
        marks.append(time.perf_counter())
        for name, start, end in zip(steps, marks, marks[1:], strict=False):
            steps[name].append(1000 * (end - start))
    return {name: statistics.median(times[2:]) for name, times in steps.items()} | {"bytes": len(png)}


def main(moves: int = 40) -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        lab.notebook(Path(folder) / "latency.ipynb", BARE, EXPLORER, INTERACT)
        with lab.serve(Path(folder)) as server, lab.chromium() as browser:
            page = server.open(browser, "latency.ipynb", height=3200)
            lab.run_all(page)
            page.wait_for_timeout(1500)
            times = in_the_page(page, moves)
            assert lab.errors(page) == []
    kernel = in_the_kernel(moves)
    painted, arrived, decoded = (
        {kind: statistics.median(row[part] for row in rows) for kind, rows in times.items()} for part in range(3)
    )
    print(f"key press to painted, medians of {moves} moves   (arrived in the page, then decoded)")
    for kind in painted:
        print(f"  {kind:10} {painted[kind]:6.1f} ms   ({arrived[kind]:6.1f}, {decoded[kind]:5.1f})")
    print(f"explorer / bare      {painted['explorer'] / painted['bare']:5.2f}   aim: at most 2")
    print(f"new axes / bare      {painted['new axes'] / painted['bare']:5.2f}")
    print(f"interact / explorer  {painted['interact'] / painted['explorer']:5.2f}   aim: at least 5")
    print(f"where an explorer's move goes, in ms (the PNG has {kernel.pop('bytes') / 1000:.0f} kB)")
    for step, spent in kernel.items():
        print(f"  kernel: {step:8} {spent:5.1f}")
    rest = arrived["explorer"] - arrived["bare"] - sum(kernel.values())
    print(f"  round trip as bare {arrived['bare']:.1f}; rest, of it the longer message {rest:.1f}")
    print(f"  page: decode {decoded['explorer']:.1f}; to paint {painted['explorer'] - arrived['explorer']:.1f} in all")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
