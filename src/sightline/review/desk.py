"""What the server holds: the cases, the judgements, and the pictures that were made lately."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from sightline.data.annotation import Size, render
from sightline.data.findings import united_marks
from sightline.data.images import image_size
from sightline.errors import UserError
from sightline.explain.window import Window, window
from sightline.review.beside import Beside
from sightline.review.cases import Case, Cases
from sightline.review.drawn import Drawn
from sightline.review.filters import Filter, matching
from sightline.review.judgement import Judgement
from sightline.review.network import Network
from sightline.review.outlines import Outline, contour, outlines, start
from sightline.review.pictures import Kept, jpeg, layer, pixels_of, small, thumbnail, whole
from sightline.review.places import Place, Places
from sightline.review.readers import regions
from sightline.review.store import About, Overview, Store
from sightline.review.store import Kept as Row
from sightline.review.words import taken_back


class Desk:
    """A run under review.

    Args:
        cases: of the run.
        store: where judgements are kept.
        others: further runs, whose answers are shown beside.
        open_readers: show reviewers what others said before they have spoken themselves.
        drawn: masks of a segmentation network, whose outlines can be corrected.
    """

    def __init__(
        self, cases: Cases, store: Store, others: Sequence[Beside] = (), open_readers: bool = False, drawn: Drawn | None = None
    ) -> None:
        self.cases, self.store, self.others, self.open_readers = cases, store, tuple(others), open_readers
        self.drawn, self.network = drawn, Network(cases)
        self._places = Places(cases.places())
        self._kept = Kept()

    def begin(self) -> None:
        """Begins to find out where the maps look."""
        self._places.start()

    def end(self) -> None:
        """Ends that, and closes the file of the judgements."""
        self._places.stop()
        self.network.stop()
        self.store.close()

    # cases

    def case(self, key: str) -> Case:
        """The case of an address.

        Raises:
            KeyError: there is none.
        """
        return self.cases[self.cases.by_key[key]]

    def found(self, wanted: Filter, me: str) -> list[int]:
        """The places of the cases that are wanted, in their order."""
        return matching(self.cases, wanted, self.overview(me), self._places, me)

    def overview(self, me: str) -> Overview:
        """The newest words on all cases, as far as a reviewer is shown them: their own, and those of others where they have opened them."""
        every = self.store.overview()
        if self.open_readers:
            return every
        opened = self.store.opened(me)
        own = {stored: words if stored in opened else tuple(one for one in words if one.reviewer == me) for stored, words in every.items()}
        return {stored: words for stored, words in own.items() if words}

    def map_name(self, wanted: Filter) -> str:
        """The map that is shown; empty: the run has none."""
        return wanted.map if wanted.map in self.cases.maps.names else self.cases.maps.first

    def place(self, case: Case, name: str) -> Place | None:
        """Where a map looks, where that is known by now."""
        return self._places.get(case.key, name)

    @property
    def unread(self) -> int:
        """Number of annotations that have yet to be read."""
        return self._places.missing

    def window(self, case: Case) -> tuple[Window, Size]:
        """The part of the picture that the network saw, and the size of the picture (H, W)."""
        size = image_size(self.cases.record(case).image)
        return window(size, self.cases.dataset(case).data), size

    # pictures

    def thumbnail(self, case: Case, name: str | None) -> bytes:
        """See `pictures.thumbnail`."""
        return self._kept.get(("small", case.key, name), lambda: thumbnail(self.cases, case, name))

    def picture(self, case: Case) -> tuple[bytes, str]:
        """See `pictures.whole`."""
        return whole(pixels_of(self.cases, case))

    def layer(self, case: Case, name: str, own: bool = False) -> bytes | None:
        """The map of a case; None: there is none.

        Args:
            own: in a scale of its own, see `Maps.own_scale`; otherwise in that of all cases.
        """
        raw = self.cases.maps.of(case.split, case.id, name)
        if raw is None:
            return None
        where, size = self.window(case)
        maps = self.cases.maps
        return self._kept.get(("layer", case.key, name, own), lambda: layer(*maps.coloured(raw, name, own), where, size))

    def layer_beside(self, case: Case, place: int) -> bytes | None:
        """The first map of another run; None: there is none."""
        other = self.others[place]
        maps, (_, size) = other.maps, self.window(case)
        raw = maps.of(case.split, case.id, maps.first)
        if raw is None:
            return None
        where, scale = other.window(size), maps.scale(maps.first)
        return self._kept.get(("beside", case.key, place), lambda: layer(raw, maps.range, scale, where, size))

    def layer_of_runner_up(self, case: Case, name: str, own: bool = False) -> tuple[bytes, str, str, str]:
        """The map of the runner-up in the colours of the others; why there is nothing to see on it; how strong it is; its own scale.

        Raises:
            UserError: see `Network.map_of`.
        """
        maps = self.cases.maps
        raw = self.network.map_of(case, name, self.network.runner_up(case))
        return layer(*maps.coloured(raw, name, own), *self.window(case)), maps.silence(raw), maps.highest(raw), maps.own_meaning(raw)

    def trained_on(self, place: int) -> bytes:
        """A training image as the network saw it, small.

        Raises:
            IndexError: there is none.
        """
        dataset = self.network.run.datasets["train"]
        if not 0 <= place < len(dataset):
            raise IndexError(place)
        return self._kept.get(("train", place), lambda: jpeg(small(dataset.picture(place)[0])))

    # outlines

    def contour(self, case: Case, name: str, threshold: float) -> list[Outline]:
        """The outlines of the area where a map is at or above a threshold, see `outlines.marked`."""
        raw = self.cases.maps.of(case.split, case.id, name)
        return [] if raw is None else contour(raw, threshold, *self.window(case))

    def start(self, case: Case, name: str, threshold: float) -> list[Outline]:
        """An outline to be corrected, see `outlines.start`."""
        raw = self.cases.maps.of(case.split, case.id, name)
        return [] if raw is None else start(raw, threshold, *self.window(case))

    def proposed(self, case: Case) -> list[Outline]:
        """The outline of a segmentation network, see `drawn.Drawn`."""
        return self.drawn.outlines(case, image_size(self.cases.record(case).image)) if self.drawn else []

    def annotation(self, case: Case) -> list[Outline] | None:
        """The outlines of what the expert marked, at half of its highest value; None: that is not known."""
        record, data = self.cases.record(case), self.cases.dataset(case).data
        drawn = render(united_marks(record), image_size(record.image), gaze_blur=data.gaze_blur, where=record.id)
        if drawn is None:
            return None
        return outlines(drawn >= drawn.max() / 2) if drawn.any() else []

    # judgements

    def about(self, case: Case, threshold: float) -> About:
        """What a judgement is about."""
        return About(self.cases.name, self.cases.model, *case.stored, image_size(self.cases.record(case).image), threshold)

    def judge(self, case: Case, reviewer: str, change: Callable[[Judgement], Judgement], threshold: float, request: str) -> Row:
        """Keeps what a reviewer says, see `Store.add`.

        Raises:
            UserError: a shape that covers nothing, or of another picture.
        """
        about = self.about(case, threshold)
        return self.store.add(about, reviewer, lambda said: change(said).within(about.size), request, self.open_readers)

    def take_back(self, case: Case, reviewer: str, threshold: float, request: str) -> tuple[Row, str] | None:
        """See `Store.take_back`; and what was taken back, in words."""
        row = self.store.take_back(self.about(case, threshold), reviewer, request)
        if row is None:
            return None
        return row, taken_back(row.said if row.takes_back is None else self.store.row(row.takes_back).said, row.said)

    def said(self, case: Case) -> list[Row]:
        """The newest words on a case."""
        return self.store.of_case(*case.stored)

    def shown(self, case: Case, me: str) -> list[Row]:
        """The newest words on a case, as far as a reviewer is shown them."""
        rows = self.said(case)
        return rows if self.opened(case, me) else [row for row in rows if row.reviewer == me]

    def opened(self, case: Case, me: str) -> bool:
        """Whether a reviewer is shown what others said of a case."""
        return self.open_readers or case.stored in self.store.opened(me)

    def open(self, case: Case, me: str) -> None:
        """Shows a reviewer what others said of a case.

        Raises:
            UserError: the reviewer has not spoken yet.
        """
        if all(row.reviewer != me for row in self.said(case)):
            raise UserError("other reviewers", "are shown after your own judgement", "Judge this case, or draw an outline, first.")
        self.store.open(self.about(case, 0.5), me)

    def regions(self, case: Case, me: str) -> dict[str, np.ndarray]:
        """Reviewer -> what they have outlined, see `readers.regions`, as far as a reviewer is shown it."""
        return regions(self.shown(case, me), image_size(self.cases.record(case).image))


def share(text: str, default: float) -> float:
    """A threshold that an address gives, from 0 to 1.

    >>> share("0.4", 0.5), share("much", 0.5), share("nan", 0.5)
    (0.4, 0.5, 0.5)
    """
    try:
        value = float(text)
    except ValueError:
        return default
    return value if 0 <= value <= 1 else default
