from __future__ import annotations

from sightline.explain.figure.words import width, wrapped


def test_words_are_broken_and_shortened_to_the_room():
    assert wrapped("short", 3, 9) == "short"
    for text in ("a-very-long-name-of-a-run-that-does-not-end", "one two three four five six", "x" * 80):
        lines = wrapped(text, 1.0, 9).splitlines()
        assert len(lines) <= 2
        assert all(width(line, 9) <= 1.0 for line in lines)
    assert wrapped("dice\u00a0×\u00a00.3", 0.2, 9).count("\n") == 0, "a non-breaking blank holds"
