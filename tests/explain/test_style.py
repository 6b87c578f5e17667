from __future__ import annotations

import base64
import io
import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest
from matplotlib import _pylab_helpers
from PIL import Image

from sightline.explain.figures import class_histogram, roc_figure
from sightline.explain.style import save, svg, to_data_uri


def test_figures_are_written_as_png_and_pdf_whole_or_not_at_all(tmp_path, monkeypatch):
    figure = class_histogram({"a": 1})
    assert save(figure, tmp_path / "deep" / "f.png") == [tmp_path / "deep" / "f.png", tmp_path / "deep" / "f.pdf"]
    before = (tmp_path / "deep" / "f.png").read_bytes()

    def broken(path, **_):
        path.write_bytes(b"half")
        raise OSError("disk full")

    monkeypatch.setattr(figure, "savefig", broken)
    with pytest.raises(OSError, match="disk full"):
        save(figure, tmp_path / "deep" / "f.png")
    assert (tmp_path / "deep" / "f.png").read_bytes() == before
    assert sorted(p.name for p in (tmp_path / "deep").iterdir()) == ["f.pdf", "f.png"]


def test_equal_figures_are_equal_files(tmp_path):
    for name in ("a", "b"):
        save(class_histogram({"a": 1}), tmp_path / f"{name}.png")
    for kind in ("png", "pdf"):
        assert (tmp_path / f"a.{kind}").read_bytes() == (tmp_path / f"b.{kind}").read_bytes()
    assert svg(class_histogram({"a": 1})) == svg(class_histogram({"a": 1}))


def test_figures_leave_no_global_state(guided):
    import matplotlib

    before = dict(matplotlib.rcParams)
    roc_figure(guided, "matched")
    assert dict(matplotlib.rcParams) == before
    assert not _pylab_helpers.Gcf.figs


def test_svg_is_well_formed_escaped_and_takes_on_the_pages_ink():
    text = svg(class_histogram({"<b>a & b": 3}), prefix="f1-")
    root = ET.fromstring(text)
    assert "<b>" not in text
    assert "&lt;b&gt;a &amp; b" in text
    assert "var(--ink" in text
    ids = [e.get("id") for e in root.iter() if e.get("id")]
    assert ids
    assert all(i.startswith("f1-") for i in ids)
    assert all(used in ids for used in re.findall(r'(?:href="#|url\(#)([^")]+)', text)), "every reference has its target"


def test_data_uris_hold_the_picture():
    pixels = np.full((10, 20, 3), 200, np.uint8)
    for kind in ("png", "jpeg"):
        uri = to_data_uri(pixels, kind)
        assert uri.startswith(f"data:image/{kind};base64,")
        assert Image.open(io.BytesIO(base64.b64decode(uri.split(",")[1]))).size == (20, 10)
    assert to_data_uri(class_histogram({"a": 1}), "svg").startswith("data:image/svg+xml;base64,")
    with pytest.raises(TypeError):
        to_data_uri(pixels, "svg")
