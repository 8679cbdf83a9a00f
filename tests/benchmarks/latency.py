"""How soon does a picture follow a hand?   python tests/benchmarks/latency.py [moves] [another checkout]

JupyterLab and Chromium run for real. Read the ratios, because the milliseconds are the machine's.

Keys: sliders are moved by their arrow keys, in turns, one move of each kind a round. A clock inside the page starts at
the key press and stops after the first animation frame after the change has arrived: then it has been painted.

  bare        a slider whose callback writes one line of text: no kernel-side widget can be faster
  explorer    the depth slider of explore.gradient_flow, within an axis step
  new axes    the same, onto another axis step and back: ticks and shading are drawn anew (back only where axes shrink)
  interact    ipywidgets.interact and a new figure a move: the same record, the same picture, at the same dots an inch
  before      the explorer of another checkout, if one is given, in turns with the others

Drags: each explorer's first slider is dragged by the mouse through 30 steps within 0.6 s. Counted are the pictures that
are painted meanwhile, against what a bare slider shows, and whether the value at which the hand let go arrives.

Traffic: what one move of the depth slider sends, and what it costs in the kernel.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))
import lab

from vgrad import lessons

BARE = """import ipywidgets as widgets
slider, text = widgets.IntSlider(30, 1, 100, description="bare"), widgets.HTML("30")
def say(change):
    text.value = f'<figure><span class="bare">{change["new"]}</span></figure>'
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
ELSEWHERE = "import sys\nsys.path.insert(0, {path!r})"

# Until the first frame after `find` gives something new has been painted, decoded if it is an image.
CLOCK = """([output, find]) => {
  const area = document.querySelectorAll('.jp-Cell')[output].querySelector('.jp-OutputArea');
  const now = () => { const e = area.querySelector(find); return e && (e.src || e.innerHTML); };
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
      await frame();
      await behind();
      resolve([performance.now() - pressed, arrived - pressed]);
    });
    watch.observe(area, {subtree: true, childList: true, attributes: true, characterData: true});
  }); }"""

# Count what is painted anew: in each frame, whether the figure is another one.
COUNT = """() => {
  const area = document.querySelector('.jp-OutputArea');
  const now = () => { const e = area.querySelector('.vgrad-view img, figure'); return e && (e.src || e.innerHTML); };
  window.painted = 0;
  const mine = window.counting = {};  // one that counts at a time
  let last = now();
  const look = () => {
    if (window.counting !== mine) return;
    const here = now();
    if (here !== last) window.painted += 1;
    last = here;
    requestAnimationFrame(look);
  };
  look(); }"""
PICTURE = ".jp-OutputArea-output img"
WATCHED = {
    "bare": (0, ".bare"),
    "explorer": (1, ".vgrad-view figure"),
    "interact": (2, PICTURE),
}
STEPS, SECONDS = 30, 0.6  # of a drag


# --- keys -------------------------------------------------------------------------------------------------------------


def move(page, kind: str, key: str) -> list[float]:
    """Press ``key`` on a slider: [painted, arrived] in ms after it."""
    output, find = (1, ".vgrad-view img, .vgrad-view figure") if kind == "before" else WATCHED[kind]
    page.bring_to_front()
    page.locator(".jp-Cell").nth(output).locator(".noUi-handle").first.focus()
    page.wait_for_timeout(60)
    page.evaluate(CLOCK, [output, find])
    page.keyboard.press(key)
    times = page.evaluate("window.clock")
    page.wait_for_timeout(400)  # what the kernel still has to say comes before the next move
    return times


def keys(pages: dict, moves: int) -> dict[str, list]:
    """The times of every move, by kind, taken in turns."""
    times = {kind: [] for kind in (*pages, "new axes")}
    for kind, page in pages.items():  # what is done only once is done
        for key in ("ArrowRight", "ArrowLeft"):
            move(page, kind, key)
    for k in range(moves):
        for kind, page in pages.items():
            times[kind].append(move(page, kind, "ArrowRight" if k % 2 else "ArrowLeft"))
    for _ in range(70):
        times["new axes"].append(move(pages["explorer"], "explorer", "ArrowRight"))
    slowest = sorted(times["new axes"])[-len(GROWN) :]
    return times | {"new axes": slowest}


GROWN = (40, 50, 60, 80, 100)  # the depths at which the axis grows


def tell_keys(times: dict[str, list]) -> None:
    """Print medians and their ratios."""
    painted, arrived = (
        {kind: statistics.median(row[k] for row in rows) for kind, rows in times.items()} for k in (0, 1)
    )
    print(f"key press to painted, medians of {len(times['bare'])} moves   (arrived in the page)")
    for kind in painted:
        print(f"  {kind:10} {painted[kind]:6.1f} ms   ({arrived[kind]:6.1f})")
    for kind in ("explorer", "before", "new axes"):
        if kind in painted:
            print(f"{kind} / bare      {painted[kind] / painted['bare']:5.2f}")
    if "before" in painted:
        print(f"explorer / before  {painted['explorer'] / painted['before']:5.2f}")
    print(f"interact / explorer  {painted['interact'] / painted['explorer']:5.2f}")


# --- drags ------------------------------------------------------------------------------------------------------------


def drag(page) -> tuple[int, bool]:
    """Drag the first slider: how many pictures were painted, and whether the last value arrived."""
    handle = page.locator(".jp-OutputArea .noUi-handle").first
    handle.scroll_into_view_if_needed()
    track = page.locator(".jp-OutputArea .noUi-base").first.bounding_box()
    box = handle.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    end = track["x"] + track["width"] * (0.9 if x < track["x"] + track["width"] / 2 else 0.1)
    page.evaluate(COUNT)
    page.mouse.move(x, y)
    page.mouse.down()
    start = time.perf_counter()
    for k in range(1, STEPS + 1):
        page.mouse.move(x + (end - x) * k / STEPS, y)
        time.sleep(max(0.0, start + SECONDS * k / STEPS - time.perf_counter()))
    painted = page.evaluate("window.painted")
    page.mouse.up()
    page.wait_for_timeout(2500)
    return painted, arrived(page)


def arrived(page) -> bool:
    """Whether the kernel's value, which its number box shows, is the one at which the hand let go."""
    box = page.locator(".jp-OutputArea .vgrad-box input").first
    if not box.count():
        return True
    shown = float(box.input_value())
    handle = float(page.locator(".jp-OutputArea .noUi-target").first.evaluate("rail => rail.noUiSlider.get(true)"))
    return any(abs(shown - value) <= 0.006 * abs(value) + 1e-9 for value in (handle, 10**handle))


def tell_drags(folder: Path, browser) -> None:
    """Print for each explorer with a slider how many pictures a drag shows."""
    cells = {
        name: f"from vgrad import lessons\nexplorer = lessons.CATALOGUE[{name!r}]()\nexplorer"
        for name in lessons.CATALOGUE
    }
    shows = {}
    with lab.serve(folder) as server:
        for name, cell in {"bare": BARE, **cells}.items():
            lab.notebook(folder / f"{name}.ipynb", cell)
            page = server.open(browser, f"{name}.ipynb", width=1280, height=1400)
            lab.run_all(page)
            page.wait_for_timeout(1200)
            if page.locator(".jp-OutputArea .noUi-handle").count():
                drag(page)
                shows[name] = [drag(page) for _ in range(3)]
            page.close()
    bare = statistics.median(count for count, _ in shows["bare"])
    print(f"pictures in a drag of {STEPS} steps within {SECONDS} s, three drags each   (median over the bare slider's)")
    for name, drags in shows.items():
        counts = [count for count, _ in drags]
        lost = "" if all(there for _, there in drags) else "   the last value did not arrive"
        told = " ".join(f"{count:3}" for count in counts)
        print(f"  {name:20} {told}   {statistics.median(counts) / bare:4.2f}{lost}")


# --- traffic ----------------------------------------------------------------------------------------------------------


def traffic(page, kind: str, moves: int = 20) -> float:
    """Bytes that the kernel sends for a move, median."""
    sizes = []
    for k in range(moves):
        page.received = 0
        move(page, kind, "ArrowRight" if k % 2 else "ArrowLeft")
        sizes.append(page.received)
    return statistics.median(sizes)


def counted(page) -> None:
    """Keep in ``page.received`` what has come over the socket."""
    page.received = 0

    def add(payload):
        page.received += len(payload)

    page.on("websocket", lambda socket: socket.on("framereceived", add))


def main(moves: int = 40, another: str = "") -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as place, lab.chromium() as browser:
        folder = Path(place)
        lab.notebook(folder / "latency.ipynb", BARE, EXPLORER, INTERACT)
        lab.notebook(folder / "before.ipynb", ELSEWHERE.format(path=another), EXPLORER)
        with lab.serve(folder) as server:
            pages: dict = {}
            for name in ("latency", "before")[: 2 if another else 1]:
                page = server.open(browser, f"{name}.ipynb", height=3200, prepare=counted)
                lab.run_all(page)
                page.wait_for_timeout(1500)
                pages |= dict.fromkeys(WATCHED if name == "latency" else ("before",), page)
            tell_keys(keys(pages, moves))
            for kind in ("bare", "explorer", "before"):
                if kind in pages:
                    print(f"{kind:10} receives {traffic(pages[kind], kind) / 1000:6.1f} kB a move")
            for page in set(pages.values()):
                assert lab.errors(page) == []
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as place, lab.chromium() as browser:
        tell_drags(Path(place), browser)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]), *sys.argv[2:3])
