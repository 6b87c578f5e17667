"""Exports a run: everything is made and checked first, and written last."""

from __future__ import annotations

from pathlib import Path

from sightline.engine.files import write_whole
from sightline.engine.run import Run
from sightline.errors import UserError
from sightline.export.check import differences, sample
from sightline.export.graphs import graph_answers, graph_bytes, require_onnx
from sightline.export.hub_folder import hub_files
from sightline.export.metadata import metadata
from sightline.export.network import Maps, exportable
from sightline.export.programs import program_answers, program_bytes, program_of
from sightline.results.exports import Exported


def export_run(run: Run, *, onnx: Path | None = None, torch: Path | None = None, hub: Path | None = None, maps: Maps = "auto") -> Exported:
    """Writes the files that are asked for, each of them whole, and none if one fails its check.

    Args:
        run: on the CPU.

    Raises:
        UserError: nothing is asked for, a place is not free, the run is not finished or not scored, ONNX is not installed, or an exported
            graph does not answer as PyTorch does.
    """
    _check_places(run, onnx, torch, hub)
    if onnx is not None:
        require_onnx()
    classifier = run.classifier()
    made = exportable(classifier, maps, run.calibration)
    contents: dict[Path, bytes] = {}
    found: dict[str, dict[str, float]] = {}
    seen = ""
    if onnx is not None or torch is not None:
        about, tried = metadata(run, classifier, made.network.maps), sample(run)
        program, seen = program_of(made.network, run.recipe.data.image_size), tried.words
        if torch is not None:
            contents[torch] = program_bytes(program, about)
            found[str(torch)] = differences(made.network, program_answers(contents[torch]), tried.images, torch)
        if onnx is not None:
            contents[onnx] = graph_bytes(program, made.network.outputs, about)
            found[str(onnx)] = differences(made.network, graph_answers(contents[onnx]), tried.images, onnx)
    if hub is not None:
        contents |= {hub / name: content for name, content in hub_files(run).items()}
    for path, content in contents.items():
        write_whole(path, lambda partial, content=content: partial.write_bytes(content))  # type: ignore[misc]
    graphs = onnx is not None or torch is not None
    return Exported(
        files=[str(path) for path in contents],
        outputs=list(made.network.outputs) if graphs else [],
        differences=found,
        checked_on=seen,
        why_no_map=made.why_no_map if graphs else "",
    )


def _check_places(run: Run, onnx: Path | None, torch: Path | None, hub: Path | None) -> None:
    if onnx is None and torch is None and hub is None:
        raise UserError("export", "nothing is asked for", "Give `onnx=...`, `torch=...` or `hub=...`.")
    for file in (onnx, torch):
        if file is not None and file.is_dir():
            raise UserError(file, "is a folder", "Give the name of a file.")
    if onnx is not None and torch is not None and onnx.resolve() == torch.resolve():
        raise UserError(onnx, "is to hold both the ONNX graph and the PyTorch program", "Give each of them a file of its own.")
    if hub is not None and hub.exists() and not hub.is_dir():
        raise UserError(hub, "is a file", "Give the name of a folder.")
    if hub is not None and (hub / "config.yaml").is_file():
        raise UserError(hub, "is a run folder, whose files would be replaced", f"Give another folder than {run.path}.")
