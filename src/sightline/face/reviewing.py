"""`sl.review`: the cases of a run in the browser."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from sightline.engine.elsewhere import Elsewhere, all_elsewhere, notes_of
from sightline.engine.files import write_text
from sightline.engine.run import Run
from sightline.errors import UserError
from sightline.face.bounds import bounded
from sightline.face.opening import AnyRun, Labels, needs_data, one_split, opened_all, place_of
from sightline.paths import expanded
from sightline.review.beside import beside as side_by_side
from sightline.review.cases import Cases
from sightline.review.desk import Desk
from sightline.review.drawn import Drawn
from sightline.review.export import exported
from sightline.review.queue import Queued
from sightline.review.serving import require_extra, serve
from sightline.review.store import Store


@bounded(port=(1, 65535))
def review(
    run: AnyRun,
    split: str | Sequence[str] | None = None,
    *,
    port: int | None = None,
    beside: Sequence[AnyRun] = (),
    store: str | Path | None = None,
    data: str | None = None,
    root: str | Path | None = None,
    classes: Labels | None = None,
    queue: str | Path | None = None,
    open_readers: bool = False,
    masks: str | Path | None = None,
    export: str | Path | None = None,
    device: str = "auto",
    show: bool = True,
    say: Callable[[str], None] = print,
) -> None:
    """Serves the cases of a run as pages for this machine's browser, until it is interrupted; or exports what reviewers said.

    Args:
        run: a run that was evaluated, or its folder.
        split: one or several of its splits; None: all that were evaluated. Of another data set: a part of it.
        port: of this machine; None: 8710, or a free one.
        beside: further runs, whose answers to the same images are shown beside.
        store: file of the judgements; None: `reviews.sqlite` in the run's folder.
        data, root, classes: another data set: its name, its place, and label -> class of the run. `root` alone: where the run's own data
            are now.
        queue: a table with a column `id`, such as the `next.csv` of `sl.annotate_next`: the page opens on these images, in this order, also
            on those that the run was not evaluated on.
        open_readers: show each reviewer what the others said before they have spoken themselves.
        masks: folder that `sightline pseudo-mask` wrote: the outline of what its network drew can be corrected and saved.
        export: write what reviewers said to this file, one line of JSON per reviewer and case, in place of serving.
        device: on which the run answers for another data set.
        show: open the page in the browser.
        say: is told the address.

    Raises:
        UserError: the extra `review` is missing, images have several findings, or the run, its data or the store cannot be read.
    """
    if export is None:
        require_extra()
    needs_data(data, classes=classes)
    runs = opened_all([run, *beside], device, data, root)
    opened, wanted = runs[0], [split] if isinstance(split, str) else list(split or ())
    if data is not None:
        runs = _elsewhere(runs, data, place_of(root), wanted, classes, say)
    cases = _cases(runs[0], None if data else wanted or None, queue)
    file = opened.path / "reviews.sqlite" if store is None else expanded(Path(store))
    if export is None:
        others = side_by_side(runs[0], runs[1:], cases.splits)
        drawn = None if masks is None else Drawn(expanded(Path(masks)), cases)
        serve(Desk(cases, Store(file, cases.model), others, open_readers, drawn), port, say, show)
        return
    if not file.exists():
        raise UserError(file, "does not exist: nothing was said yet", "Review the run first, or give the file: `store=...`.")
    kept = Store(file, cases.model)
    lines = list(exported(cases, kept))
    kept.close()
    write_text(expanded(Path(export)), "".join(lines))
    say(f"{len(lines)} judgement{'' if len(lines) == 1 else 's'}: {export}")


def _cases(run: Run, splits: list[str] | None, queue: str | Path | None) -> Cases:
    if queue is None:
        return Cases(run, splits)
    if isinstance(run, Elsewhere):
        raise UserError("`queue=...`", "names images of the run's own data, and another data set is given", "Give one of the two.")
    queued = Queued(run, expanded(Path(queue)), splits)
    return Cases(queued, queued.shown, queued.keys)


def _elsewhere(
    runs: Sequence[Run], data: str, root: Path | None, splits: list[str], classes: Labels | None, say: Callable[[str], None]
) -> list[Run]:
    part = one_split(splits)
    say(f"The images of the other data set are shown to the {'network' if len(runs) == 1 else 'networks'}.")
    found = all_elsewhere(runs, data, root, part, classes)
    for note in notes_of(found):
        say(note)
    return [*found]
