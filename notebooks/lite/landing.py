"""The site's first page, filled from the README's tables and the strip, and the worker that keeps the site's files."""

from __future__ import annotations

import hashlib
import html
import json
import re
from pathlib import Path
from urllib.parse import quote, urljoin

import runtime

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
ONLY_READ = {"17": "It can be read here, but to run it you need PyTorch on a machine of your own."}
ROW = re.compile(r"^\| (.+?) \| (.+?) \|$", re.MULTILINE)

# What a link says, the room, and the call, as the explorer's Share writes it: each is a preset of its explorer.
PICTURES = (
    ("Sigmoid makes the gradient vanish", "gradient_flow", 'gradient_flow(activation="sigmoid")'),
    ("He's weights keep it in ReLU layers", "gradient_flow", 'gradient_flow(activation="relu", scheme="he_normal")'),
    (
        "Skip connections keep it through 100 layers",
        "gradient_flow",
        'gradient_flow(depth=100, activation="relu", scheme="he_normal", skip="activation_last, 1/depth")',
    ),
    (
        "Batch norm makes it explode",
        "gradient_flow",
        'gradient_flow(activation="relu", scheme="he_normal", norm="batch")',
    ),
    ("The edge between order and chaos", "edge_of_chaos", "phase_diagram(sigma_w=1.32, sigma_b=0.22)"),
    ("A forget bias of 1 over 100 steps", "gates", "gates(T=100)"),
)


def page(site: Path | None = None) -> str:
    """Return the text of the first page; with ``site``, a folder that was built, Python is fetched while one reads."""
    files = soon(site) if site else []
    soon_said = files and (
        f"Your browser is already fetching Python and the lessons ({size(site, files)}), unless it is set to save "
        "data. Therefore the first lesson starts sooner, and later every lesson opens without a network too."
    )
    filled = {
        "begin": lesson(rows("The series")[0][0]),
        "single": single(*PICTURES[0][1:]),
        "strip": strip(),
        "lessons": "\n        ".join(lessons()),
        "paths": "\n        ".join(paths()),
        "pictures": "\n        ".join(pictures()),
        "soon": soon_said or "",
        "files": json.dumps(files).replace("<", "\\u003c"),
    }
    text = (HERE / "index.html").read_text("utf-8")
    return re.sub(r"\{(" + "|".join(filled) + r")\}", lambda found: filled[found[1]], text)


def rows(heading: str) -> list[tuple[str, str]]:
    """The rows of the table under a heading of the README, without its head."""
    section = (ROOT / "README.md").read_text("utf-8").split(f"\n## {heading}\n")[1].split("\n## ")[0]
    return ROW.findall(section)[1:]


def lesson(link: str) -> str:
    """The address on the site of a lesson that the README links to."""
    file = re.search(r"notebooks/(\w+[.]ipynb)", link)[1]
    return f"notebooks/index.html?path={file}"


def lessons() -> list[str]:
    """An item for each lesson, with its number and its question."""
    return [_lesson(link[1:3], lesson(link), html.escape(question)) for link, question in rows("The series")]


def _lesson(number: str, address: str, question: str) -> str:
    """The item of one lesson."""
    remark = f'\n<span class="quiet">{ONLY_READ[number]}</span>' if number in ONLY_READ else ""
    return f'<li><span class="number">{number}</span><span><a href="{address}">{question}</a>{remark}</span></li>'


def paths() -> list[str]:
    """What one says, and the lessons to read, whose numbers are links."""
    address = {link[1:3]: lesson(link) for link, _ in rows("The series")}
    return [
        f"<dt>{html.escape(said, quote=False)}</dt><dd>"
        + re.sub(r"\b\d\d\b", lambda number: f'<a href="{address[number[0]]}">{number[0]}</a>', html.escape(read))
        + "</dd>"
        for said, read in rows("Reading paths")
    ]


def code(room: str, call: str) -> str:
    """The two lines that show an explorer."""
    return f"from vgrad.lessons.{room} import explore\nexplore.{call}"


def pictures() -> list[str]:
    """An item for each single explorer, whose link holds its settings."""
    return [f'<li><a href="{single(room, call)}">{html.escape(said)}</a></li>' for said, room, call in PICTURES]


def single(room: str, call: str) -> str:
    """The address of a single explorer, as an attribute."""
    return f"repl/index.html?kernel=python&amp;showBanner=0&amp;hideCodeInput=1&amp;code={quote(code(room, call))}"


def glossary(site: Path) -> str:
    """Return the glossary as a page that is read, with an anchor for each word."""
    import nbconvert
    import nbformat

    text = (site / "files/GLOSSARY.md").read_text("utf-8")
    text = re.sub(r"\]\((\d\d_\w+[.]ipynb)", r"](notebooks/index.html?path=\1", text)
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell(text)])
    written = nbconvert.HTMLExporter(template_name="vgrad").from_notebook_node(notebook)[0]
    return written.replace("<title>Notebook</title>", "<title>Glossary</title>")


def strip() -> str:
    """The moving strip; what a narrow screen has no room for can be hidden."""
    svg = (HERE.parent / "images/strip.svg").read_text("utf-8").strip()
    shown = r'\1<tspan class="long">\2</tspan>\3<tspan class="long">\4</tspan>'
    return re.sub(r"(<text [^>]*>)(It )(\w+[.] )(First over last: )", shown, svg)


def soon(site: Path) -> list[str]:
    """The addresses of the files that a lesson asks for when it is opened, relative to the first page."""
    settings = json.loads((site / "jupyter-lite.json").read_text("utf-8"))["jupyter-config-data"]
    kernel = settings["litePluginSettings"][runtime.KERNEL]
    lock = kernel["loadPyodideOptions"]["lockFileURL"]
    packages = json.loads((site / lock).read_text("utf-8"))["packages"]
    wanted = runtime.needed(packages, kernel["loadPyodideOptions"]["packages"])
    files = view(site, settings.get("federated_extensions", []))
    files += [urljoin(kernel["pyodideUrl"], name) for name in runtime.CORE]
    files += [lock, *(urljoin(lock, packages[name]["file_name"]) for name in wanted)]
    return [file.removeprefix("./") for file in files]


def view(site: Path, extensions: list[dict]) -> list[str]:
    """The notebooks view and its largest scripts: its own, the core that it shares with JupyterLab, its extensions'."""
    first = "notebooks/index.html"
    own = re.findall(r'href="[.][.]/(build/notebooks/[^"]+)"', (site / first).read_text("utf-8"))
    folders = [f"extensions/{extension['name']}/static" for extension in extensions]
    others = [*site.glob("build/jlab_core.*.js"), *(path for at in folders for path in sorted(site.glob(f"{at}/*.js")))]
    return [first, *own, *(path.relative_to(site).as_posix() for path in others)]


def worker(site: Path) -> str:
    """Return the text of the worker that keeps the site's files; the edition is a digest of all of them."""
    digest = hashlib.sha256()
    for path in sorted(path for path in site.rglob("*") if path.is_file()):
        digest.update(path.relative_to(site).as_posix().encode() + hashlib.sha256(path.read_bytes()).digest())
    patterns = ("files/*.*", "build/MathJax_*.woff", "build/fa-solid-900.woff2")  # lessons, formulas, icons of buttons
    more = sorted(path.relative_to(site).as_posix() for pattern in patterns for path in site.glob(pattern))
    text = (HERE / "service-worker.js").read_text("utf-8")
    return text.replace("{edition}", digest.hexdigest()[:12]).replace(
        "{files}", json.dumps(["./", "glossary.html", *soon(site), *more])
    )


def size(site: Path, files: list[str]) -> str:
    """How much these files are: "38 MB"; an address may end with a query."""
    return f"{sum((site / file.partition('?')[0]).stat().st_size for file in files) / 1e6:.0f} MB"
