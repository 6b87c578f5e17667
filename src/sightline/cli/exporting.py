"""The verb `export`: a trained run as files for other programs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

from sightline.cli.groups import app
from sightline.cli.options import Json, Moved, RunPath, finish

if TYPE_CHECKING:
    from sightline.export.network import Maps


@app.command(
    epilog="Examples:\n\n    sightline export runs/melanoma-energy --onnx melanoma.onnx\n\n"
    "    sightline export runs/melanoma-energy --torch melanoma.pt2 --map no\n\n"
    "    sightline export runs/melanoma-energy --hub melanoma-energy"
)
def export(
    run: RunPath,
    onnx: Annotated[
        Path | None,
        typer.Option(help="Write an ONNX graph; needs: pip install 'sightline[onnx]'.", metavar="FILE", show_default=False),
    ] = None,
    torch: Annotated[
        Path | None, typer.Option(help="Write a PyTorch program (torch.export, .pt2).", metavar="FILE", show_default=False)
    ] = None,
    hub: Annotated[
        Path | None,
        typer.Option(
            help="Write a Hugging Face folder: weights, configuration, model card. Nothing is uploaded.", metavar="DIR", show_default=False
        ),
    ] = None,
    map: Annotated[
        str,
        typer.Option(
            help="Whether the graphs also give the attention map: `auto` (if it needs no gradient), `yes` (or refuse to export) or `no`.",
            metavar="NAME",
        ),
    ] = "auto",
    root: Moved = None,
    json: Json = None,
) -> None:
    """Export a run: as an ONNX graph, a PyTorch program, or a Hugging Face folder.

    The input of a graph is "images", shape (N, 3, S, S), float32 in [0, 1]. Its outputs are "logits", "probabilities" and, where it needs
    no gradient, "map", the attention map of the most probable class. Before anything is written, the graph is compared with PyTorch on
    images of the run. There is no --device: the files are made and checked on the CPU, and run on any device.
    """
    from sightline.cli.console import say, table
    from sightline.cli.words import in_flags
    from sightline.face.exporting import export as exported

    found = exported(run, onnx=onnx, torch=torch, hub=hub, map=cast("Maps", map), root=root)
    if found.differences:
        rows = [[file, name, f"{much:.1e}"] for file, each in found.differences.items() for name, much in each.items()]
        table("Largest difference from PyTorch", ["file", "output", "difference"], rows)
        say(f"Checked on {found.checked_on}, in batches of 1 and 3.")
    if found.why_no_map:
        say(in_flags(found.why_no_map))
    for file in found.files:
        say(f"Written: {file}")
    finish(found, json)
