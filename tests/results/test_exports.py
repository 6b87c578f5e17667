from __future__ import annotations

from kept import kept, lacks, refuses

from sightline.results.exports import Exported


def test_an_export_without_a_graph_names_its_files_alone() -> None:
    folder = Exported(files=["model.safetensors"])
    assert kept(folder) == {"files": ["model.safetensors"]}
    assert (folder.outputs, folder.differences, folder.checked_on, folder.why_no_map) == ([], {}, "", "")
    lacks(folder, "files")


def test_the_check_of_a_graph_is_kept_file_by_file() -> None:
    graph = Exported(files=["model.onnx"], outputs=["logits"], differences={"model.onnx": {"logits": 1e-6}}, checked_on="4 images of test")
    assert kept(graph)["differences"]["model.onnx"] == {"logits": 1e-6}
    refuses(graph, outputs="logits")
