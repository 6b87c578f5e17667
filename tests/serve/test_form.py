"""A form is taken apart within its limits, however its bytes arrive."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("python_multipart")

from sightline.serve.form import Form, called
from sightline.serve.limits import Limits
from sightline.serve.refused import Refused

FILE = b'--x\r\nContent-Disposition: form-data; name="file"; filename="%s"\r\nContent-Type: image/png\r\n\r\n%s\r\n'
FIELD = b'--x\r\nContent-Disposition: form-data; name="note"\r\n\r\n%s\r\n'
END = b"--x--\r\n"


def taken(body: bytes, folder: Path, step: int = 1_000_000, **limits: float) -> list[tuple[str, bytes]]:
    form = Form(b"x", folder, Limits(**limits), lambda count: None)
    try:
        for start in range(0, len(body), step):
            form.write(body[start : start + step])
    finally:
        form.close()
    return [(one.name, one.path.read_bytes()) for one in form.finish()]


@pytest.mark.parametrize("step", [1, 7, 1_000_000])
def test_files_are_kept_and_other_parts_are_passed_over(tmp_path, step) -> None:
    body = FIELD % b"hello" + FILE % (b"a.png", b"one\r\n--two") + FIELD % b"x" + FILE % (b"b.png", b"") + END
    assert taken(body, tmp_path, step) == [("a.png", b"one\r\n--two"), ("b.png", b"")]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["0", "1"], "no name of the sender's becomes one of a file"


@pytest.mark.parametrize(
    ("body", "limits", "status", "part"),
    [
        (FILE % (b"a.png", b"123456"), {"max_mb": 5e-6}, 413, "MB"),
        (FIELD % b"123456" + END, {"max_mb": 5e-6}, 413, "MB"),
        (FILE % (b"a.png", b"1") * 3 + END, {"max_files": 2}, 413, "2 files"),
        (FIELD % b"1" * 10_000 + END, {}, 413, "64 parts"),
        (FIELD % b"1" + END, {}, 400, "no file"),
        (FILE % (b"a.png", b"1"), {}, 400, "ends before"),
        (b"no form at all", {}, 400, "not a form"),
        (b"--x\r\n" + b"A: b\r\n" * 50 + b"\r\n\r\n" + END, {}, 400, "not a form"),
        (b"--x\r\nA: " + b"b" * 100_000 + b"\r\n\r\n\r\n" + END, {}, 400, "not a form"),
    ],
    ids=["file", "field", "files", "parts", "none", "cut", "text", "headers", "header"],
)
def test_more_than_the_limits_is_refused(tmp_path, body, limits, status, part) -> None:
    for step in (11, 1_000_000):
        with pytest.raises(Refused) as refused:
            taken(body, tmp_path, step, **limits)
        assert refused.value.status == status
        assert part in refused.value.reason


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../etc/a.png", "a.png"),
        ("C:\\x\\a.png", "a.png"),
        ("", "picture"),
        ("a\n\x1b[2J.png", "a\\n\\x1b[2J.png"),
        ("a" * 999, "a" * 255),
    ],
)
def test_names_are_shown_without_folders_and_signs_that_a_terminal_obeys(name, shown) -> None:
    assert called(name) == shown
