"""The pictures of the tutorials and of the gallery of verbs.

    uv run python benchmarks/docs_pictures.py
    uv run python benchmarks/docs_pictures.py --only gallery/units --only tutorials/skin-grid

Runs the blocks of every tutorial, each in a folder of its own below `--runs`, and what only the gallery shows; what was printed
stands in `printed.txt` there. A command that has run is not run again. Then takes the pictures that were written, and photographs of the
pages in Chromium, into docs/.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from PIL import Image
from playwright.sync_api import sync_playwright

DOCS = Path(__file__).parents[1] / "docs"
PLAN = """title: Does guidance help on the drawn lesions?
recipe: demo-guided
set: {data.options: {train: 100, val: 40, test: 60}, data.image_size: 48, backbone.name: resnet10t, train.epochs: 6}
arms: [label-only, random-roi, true-roi]
seeds: 3
splits: [matched, flipped]
scores: [auc, epg]
base: [label-only]
primary: [auc, flipped]
"""
FURTHER = {  # tutorial -> commands that only the gallery shows
    "skin-lesions": [
        "sightline gallery runs/guided lesions/images/removed/phantom-removed-00001.png --layer 3 --out maps-of-layers",
        "sightline units runs/label-only --no-effect --out units",
        "sightline class-image runs/label-only --out class-images",
        "sightline export runs/guided --onnx guided.onnx",
        "sightline study plan.yaml --out study",
    ],
}


@dataclass(frozen=True)
class Shot:
    """A picture of docs/: from a file of a tutorial's folder, a picture or a page.

    Attributes:
        tutorial: whose folder.
        file: relative to it.
        width: in pixels, at most.
        show: of a page: what is photographed, a CSS selector or None for the top.
        height: of a photograph of the top.
        cut: share of a picture's height that is kept, from above.
        colours: in the palette of the picture; few for photographs, which are large.
        drop: the file is a run; this picture is dropped on the page of its server.
    """

    tutorial: str
    file: str
    width: int = 640
    show: str | None = None
    height: int = 900
    cut: float = 1
    colours: int = 256
    drop: str | None = None


SHOTS = {
    "tutorials/chest-gaze": Shot("chest-xray", "gaze.png", 600, colours=96),
    "tutorials/chest-maps": Shot("chest-xray", "maps.png", 560, colours=96),
    "tutorials/skin-grid": Shot("skin-lesions", "comparison/grid.png", 520, cut=0.493, colours=96),
    "tutorials/skin-report": Shot("skin-lesions", "report.html", 640, height=1240, colours=192),
    "tutorials/ultrasound-grid": Shot("ultrasound", "comparison/grid.png", 440, cut=0.493, colours=64),
    "tutorials/ultrasound-next": Shot("ultrasound", "runs/boxes/annotate-next/next.png", 640, cut=0.385, colours=96),
    "gallery/report-fails": Shot("skin-lesions", "report.html", 640, show="#fails", cut=0.69, colours=160),
    "gallery/audit": Shot("skin-lesions", "runs/label-only/audit/audit.html", 800, show="#artefacts figure.chart"),
    "gallery/study": Shot("skin-lesions", "study/study.html", 800, height=1080),
    "gallery/explain": Shot("chest-xray", "new-map.png", 300),
    "gallery/sheet": Shot("chest-xray", "new-sheet.html", 640, height=1000),
    "gallery/gallery": Shot("skin-lesions", "maps-of-layers/gallery.html", 800),
    "gallery/units": Shot("skin-lesions", "units/units.html", 800),
    "gallery/class-image": Shot("skin-lesions", "class-images/melanoma.png", 300),
    "gallery/predict": Shot("skin-lesions", "drawings/000002-phantom-removed-00001.png", 300),
    "gallery/serve": Shot("skin-lesions", "runs/guided", 640, drop="lesions/images/removed/phantom-removed-00001.png"),
}


def blocks(page: str) -> list[tuple[str, str]]:
    """(language, text) of the blocks that a reader runs."""
    return re.findall(r"^```(python|sh)\n(.*?)^```$", page, re.DOTALL | re.MULTILINE)


def prepared(name: str, runs: Path) -> Path:
    """The folder of a tutorial, in which all its commands have run."""
    folder = runs / name
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "plan.yaml").write_text(PLAN, encoding="utf-8")
    parts = blocks((DOCS / "tutorials" / f"{name}.md").read_text(encoding="utf-8"))
    python = "".join(text for language, text in parts if language == "python")
    commands = [one for language, text in parts if language == "sh" for one in re.findall(r"^(?:.*\\\n)*.+$", text, re.MULTILINE)]
    for command in [*commands, *FURTHER.get(name, [])]:
        once(["bash", "-c", command], command, folder)
    if python:
        once([sys.executable, "-c", python], python, folder)
    return folder


def once(call: list[str], text: str, folder: Path) -> None:
    """Runs a command, unless it has run in this folder before."""
    done = folder / "printed.txt"
    before = done.read_text(encoding="utf-8") if done.exists() else ""
    head = f"$ {text}\n"
    if head in before:
        return
    print(folder.name, text, flush=True)
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = os.environ | {"COLUMNS": "150", "PATH": path, "MPLBACKEND": "agg"}
    printed = subprocess.run(call, cwd=folder, env=environment, check=True, stdout=subprocess.PIPE, text=True).stdout
    done.write_text(before + head + printed, encoding="utf-8")


def small(source: Path, target: Path, shot: Shot) -> None:
    """The picture, smaller and in few colours."""
    picture = Image.open(source).convert("RGB")
    picture = picture.crop((0, 0, picture.width, round(picture.height * shot.cut)))
    if picture.width > shot.width:
        picture = picture.resize((shot.width, round(picture.height * shot.width / picture.width)), Image.Resampling.LANCZOS)
    times = shot.width // picture.width  # a picture of few pixels is shown pixel by pixel
    picture = picture.resize((picture.width * times, picture.height * times), Image.Resampling.NEAREST)
    few = picture.quantize(shot.colours, method=Image.Quantize.MEDIANCUT, kmeans=4, dither=Image.Dither.NONE)
    few.save(target, optimize=True)
    print(f"{target.relative_to(DOCS)}: {target.stat().st_size / 1024:.0f} KiB", flush=True)


def photograph(tab: Any, shot: Shot, target: Path) -> None:
    """What is shown in a tab."""
    if shot.show:
        tab.locator(shot.show).first.screenshot(path=target)
    else:
        tab.screenshot(path=target)


@contextmanager
def served(run: Path) -> Iterator[str]:
    """The address of a server of this run."""
    command = [str(Path(sys.executable).with_name("sightline")), "serve", str(run), "--port", "8127"]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    address = "http://127.0.0.1:8127/"
    try:
        for _ in range(240):
            with suppress(OSError), urlopen(address):
                break
            time.sleep(0.5)
        yield address
    finally:
        server.terminate()
        server.wait()


def page_of(browser: Any, shot: Shot, source: Path, folder: Path, target: Path) -> None:
    """Photographs a page, or that of a server on which a picture was dropped: 1280 pixels wide, in its light dress."""
    tab = browser.new_page(viewport={"width": 1280, "height": shot.height}, color_scheme="light")
    if shot.drop is None:
        tab.goto(source.as_uri())
        photograph(tab, shot, target)
    else:
        with served(source) as address:
            tab.goto(address)
            tab.set_input_files("#file", folder / shot.drop)
            tab.wait_for_selector("#result:not([hidden])")
            tab.wait_for_timeout(500)
            photograph(tab, shot, target)
    tab.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=Path, default=Path("runs/docs"), help="where the tutorials run")
    parser.add_argument("--only", action="append", choices=SHOTS, metavar="PICTURE", help="only these pictures; repeatable")
    arguments = parser.parse_args()
    wanted = {name: SHOTS[name] for name in arguments.only or SHOTS}
    folders = {name: prepared(name, arguments.runs.resolve()) for name in sorted({shot.tutorial for shot in wanted.values()})}
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for name, shot in wanted.items():
            source, target = folders[shot.tutorial] / shot.file, DOCS / f"{name}.png"
            target.parent.mkdir(exist_ok=True)
            if source.suffix != ".png":
                page_of(browser, shot, source, folders[shot.tutorial], target)
                source = target
            small(source, target, shot)
        browser.close()


if __name__ == "__main__":
    main()
