"""`sl.export`: a trained run as files for other programs."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

from sightline.engine.run import Run
from sightline.errors import UserError
from sightline.export.network import Maps
from sightline.export.write import export_run
from sightline.paths import expanded
from sightline.results.exports import Exported


def export(
    run: Run | str | Path,
    *,
    onnx: str | Path | None = None,
    torch: str | Path | None = None,
    hub: str | Path | None = None,
    map: Maps = "auto",
) -> Exported:
    """Exports a run for other programs. Every file is checked against PyTorch before any is written.

    Args:
        run: a finished run.
        onnx: file for an ONNX graph; needs `sightline[onnx]`.
        torch: file for a program of `torch.export`.
        hub: folder for the hub of Hugging Face, which `sl.load` reads; it is not uploaded.
        map: `auto`: the graphs also give the attention map of the most probable class where that needs no gradient; `yes`: refuse to
            export without it; `no`: leave it out.

    Raises:
        UserError: nothing is asked for, a place is not free, the run is not finished, or a graph does not answer as PyTorch does.
    """
    if map not in get_args(Maps):
        raise UserError(f"`map={map!r}`", "is unknown", f"Known: {', '.join(get_args(Maps))}.")
    opened = Run(run.path, "cpu", run.root) if isinstance(run, Run) else Run(expanded(Path(run)), "cpu")
    places = [None if place is None else expanded(Path(place)) for place in (onnx, torch, hub)]
    return export_run(opened, onnx=places[0], torch=places[1], hub=places[2], maps=map)
