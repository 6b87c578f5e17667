"""`sl.export`: a trained run as files for other programs."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

from sightline.engine.run import Run
from sightline.errors import UserError
from sightline.export.network import Maps
from sightline.export.write import export_run
from sightline.face.opening import AnyRun, place_of
from sightline.results.exports import Exported


def export(
    run: AnyRun,
    *,
    onnx: str | Path | None = None,
    torch: str | Path | None = None,
    hub: str | Path | None = None,
    map: Maps = "auto",
    root: str | Path | None = None,
) -> Exported:
    """Exports a run for other programs. Every file is checked against PyTorch before any is written.

    Args:
        run: a finished run, or its folder.
        onnx: file for an ONNX graph; needs `sightline[onnx]`.
        torch: file for a program of `torch.export`.
        hub: folder for the hub of Hugging Face, which `sl.load` reads; it is not uploaded.
        map: `auto`: the graphs also give the attention map of the most probable class where that needs no gradient; `yes`: refuse to
            export without it; `no`: leave it out.
        root: where the run's data are now; None: where they were in training.

    Raises:
        UserError: nothing is asked for, a place is not free, the run is not finished, or a graph does not answer as PyTorch does.
    """
    if map not in get_args(Maps):
        raise UserError(f"`map={map!r}`", "is unknown", f"Known: {', '.join(get_args(Maps))}.")
    where = run.root if isinstance(run, Run) and root is None else place_of(root)
    there = Run(run.path if isinstance(run, Run) else place_of(run), "cpu", where)
    places = [place_of(place) for place in (onnx, torch, hub)]
    return export_run(there, onnx=places[0], torch=places[1], hub=places[2], maps=map)
