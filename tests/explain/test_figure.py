"""Every figure of the catalogue: it is drawn, it can be read, and what does not fit it is refused."""

from __future__ import annotations

import csv
from itertools import combinations

import pytest
import torch
from invented_run import invent
from matplotlib import rcParams
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.text import Text
from PIL import Image

import sightline as sl
from sightline import catalog
from sightline.attention.classifier import build
from sightline.engine.files import write_json
from sightline.engine.run import Run
from sightline.errors import UserError
from sightline.explain.figure.draw import figures
from sightline.explain.figure.kind import Options
from sightline.results.scores import Pointing

PAPERS = ("Figueroa 2022", "SPN report", "Van Molle 2018", "Yan 2020", "Zhu 2022")
NAMES = sorted(catalog.places("figure"))
SMALL = {"backbone": {"name": "test_resnet", "stride": 8}}
TWO = ("roc", "attention-grid", "saliency", "masks", "class-maps", "map-values", "box-plots", "class-histogram", "loss-curve", "weights")


@pytest.fixture(scope="module", autouse=True)
def _untrained():
    """Invented runs have no weights; figures that ask the network get one that is not trained."""
    patch = pytest.MonkeyPatch()
    patch.setattr(Run, "classifier", lambda self: _network(self))
    yield
    patch.undo()


def _network(run):
    torch.manual_seed(0)
    return build(run.recipe.with_settings(backbone=SMALL["backbone"]), len(run.classes)).eval()


@pytest.fixture(scope="module")
def focal_run(tmp_path_factory):
    gates = {"losses.classification": {"name": "focal", "gamma": 3}}
    return invent(tmp_path_factory.mktemp("focal") / "focal", settings=gates, splits=("matched",))


@pytest.fixture(scope="module")
def pseudo_run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pseudo")
    run = invent(folder / "plain", splits=("matched",))
    ids = [r.id for r in run.datasets["train"].records][:5]
    (folder / "masks").mkdir()
    for id in ids:
        Image.new("L", (32, 32), 200).save(folder / "masks" / f"{id}.png")
    with (folder / "pseudo.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([("id", "kept"), *((id, 1) for id in ids)])
    return invent(folder / "pseudo", settings={"data.roi.pseudo": str(folder)}, splits=("matched",))


@pytest.fixture
def figure_of(guided, label_only, focal_run, pseudo_run):
    """Draws a figure of that name from runs that fit it."""
    own = {"pseudo-masks": [pseudo_run], "focal-loss": [focal_run], "diagram": [guided, label_only]}

    def make(name, options=Options()):
        if "images" in catalog.find("figure", name).takes and options.images is None:
            options = Options(images=1)  # quick to draw
        return catalog.find("figure", name)(own.get(name, [guided, label_only] if name in TWO else [guided]), options)

    return make


def words(figure):
    """The texts that are drawn, and their places in pixels."""
    drawn, own = [], Text.draw

    def draw_and_note(text, renderer, *args, **kwargs):
        drawn.append(text)
        return own(text, renderer, *args, **kwargs)

    canvas = FigureCanvasAgg(figure)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Text, "draw", draw_and_note)
        canvas.draw()
    seen = {id(t): t for t in drawn if t.get_visible() and t.get_text().strip()}.values()
    return [(t, t.get_window_extent(canvas.get_renderer())) for t in seen]


def legible(figure):
    """No text is small, reaches over the border or lies on another."""
    texts = words(figure)
    for text, box in texts:
        assert text.get_fontsize() >= 8, text.get_text()
        out = max(-box.x0, -box.y0, box.x1 - figure.bbox.width, box.y1 - figure.bbox.height)
        assert out < 1.5, f"{text.get_text()!r} reaches {out:.0f} pixels over the border"
    for (one, a), (other, b) in combinations(texts, 2):
        over = min(min(a.x1, b.x1) - max(a.x0, b.x0), min(a.y1, b.y1) - max(a.y0, b.y0))
        assert over < 3.5, f"{one.get_text()!r} lies {over:.0f} pixels on {other.get_text()!r}"
    return texts


@pytest.mark.parametrize("name", NAMES)
def test_every_figure_can_be_read_and_is_written_as_png_and_pdf(name, figure_of, tmp_path, monkeypatch):
    before = dict(rcParams)
    figure = figure_of(name)
    assert legible(figure)
    assert dict(rcParams) == before
    monkeypatch.setattr(catalog, "find", lambda room, name: lambda runs, options: figure)
    sl.figure(name, out=tmp_path)
    files = [tmp_path / f"{name}.{kind}" for kind in ("png", "pdf")]
    assert sorted(tmp_path.iterdir()) == sorted(files)
    assert files[0].read_bytes().startswith(b"\x89PNG")
    assert files[1].read_bytes().startswith(b"%PDF")
    assert min(f.stat().st_size for f in files) > 4000


@pytest.mark.parametrize("name", NAMES)
def test_a_test_set_of_one_image_is_drawn_or_refused_in_words(name, tmp_path_factory):
    folder = tmp_path_factory.getbasetemp() / "one"
    runs = [
        Run(folder / n) if (folder / n).is_dir() else invent(folder / n, counts=(8, 6, 1), splits=("matched",), seed=i)
        for i, n in enumerate(("single-one-with-a-very-long-name-indeed", "other"))
    ]
    kind = catalog.find("figure", name)
    runs, options = runs[: kind.runs[1]], Options(images=1) if "images" in kind.takes else Options()
    if name in ("pseudo-masks", "focal-loss", "positives", "roc"):  # a nevus alone; no pseudo masks, no focal loss
        with pytest.raises(UserError, match=r"pseudo|focal|recognised no image|one class"):
            kind(runs, options)
    else:
        legible(kind(runs, options))


@pytest.mark.parametrize("name", NAMES)
def test_every_figure_is_named_as_its_function_and_says_what_it_shows(name):
    kind = catalog.find("figure", name)
    assert kind.draw.__name__.replace("_", "-") == name
    assert len(kind.line) > 20
    assert kind.paper.startswith(PAPERS)
    assert kind.takes <= set(Options.__dataclass_fields__)


def test_every_paper_has_its_figures():
    shown = " ".join(one.paper for one in figures())
    for paper in PAPERS:
        assert paper in shown


@pytest.mark.parametrize("name", [n for n in NAMES if "colours" in catalog.find("figure", n).takes])
def test_000_43_and_003_40_jet_is_there_beside_the_default(name, figure_of):
    pictures = []
    for colours in (None, "jet"):
        canvas = FigureCanvasAgg(figure_of(name, Options(colours=colours, images=1)))
        canvas.draw()
        pictures.append(bytes(canvas.buffer_rgba()))
    assert pictures[0] != pictures[1]


def test_the_number_of_images_and_their_names_are_heeded(guided):
    ids = guided.predictions("matched").ids
    kind = catalog.find("figure", "attention-grid")
    assert len([a for a in kind([guided], Options(images=2)).axes if a.images]) == 2 * 3 + 1, "and the colour bar"
    named = kind([guided], Options(ids=(ids[7],)))
    assert len([a for a in named.axes if a.images]) == 3 + 1


@pytest.mark.parametrize(
    ("name", "count", "options", "message"),
    [
        ("roc", 1, {"images": 3}, "does not take `images=...`"),
        ("roc", 0, {}, "needs 1 run"),
        ("saliency", 1, {}, "needs 2 runs"),
        ("positives", 2, {}, "takes at most 1 run"),
        ("attention-grid", 1, {"images": 0}, "0 images"),
        ("attention-grid", 1, {"ids": ("nobody",)}, "image 'nobody': is not in split"),
        ("attention-grid", 1, {"split": "nowhere"}, "has no scores for split"),
        ("positives", 1, {"label": "melanom"}, 'Did you mean "melanoma"'),
        ("samples", 1, {"split": "trian"}, 'Did you mean "train"'),
        ("feature-maps", 1, {"units": ("12",)}, "LAYER/FILTER"),
        ("feature-maps", 1, {"units": ("layer99/1",)}, "not one of the layers"),
        ("feature-maps", 1, {"units": ("99/1",)}, "not one of the layers"),
        ("feature-maps", 1, {"units": ("0/9999",)}, "filters"),
        ("focal-loss", 1, {}, "not with the focal loss"),
        ("pseudo-masks", 1, {}, "pseudo-mask"),
        ("diagram", 0, {}, "needs a run or a recipe"),
        ("diagram", 0, {"recipes": ("gian",)}, 'Did you mean "gain"'),
    ],
)
def test_what_does_not_fit_is_refused_with_a_remedy(name, count, options, message, guided, label_only):
    with pytest.raises(UserError) as caught:
        catalog.find("figure", name)([guided, label_only][:count], Options(**options))
    assert message in str(caught.value)
    assert caught.value.remedy


def test_runs_of_other_images_are_not_put_side_by_side(guided, tmp_path):
    other = invent(tmp_path / "other", counts=(8, 6, 10), splits=("matched",))
    for name in ("roc", "attention-grid", "masks", "class-maps", "map-values", "saliency"):
        with pytest.raises(UserError, match="was evaluated on other images of 'matched'"):
            catalog.find("figure", name)([guided, other], Options(split="matched"))


def test_a_run_without_maps_or_history_says_so(tmp_path):
    plain = invent(tmp_path / "plain", "demo-label-only", settings={"attention": {"name": "none"}}, maps=(), splits=("matched",))
    for name in ("positives", "attention-grid", "masks", "class-maps", "map-values"):
        with pytest.raises(UserError, match=r"no attention maps|mix evidence"):
            catalog.find("figure", name)([plain])
    (plain.path / "logs" / "metrics.csv").unlink()
    for name in ("loss-curve", "weights"):
        with pytest.raises(UserError, match="no log of its epochs"):
            catalog.find("figure", name)([Run(plain.path)])


def test_a_run_that_was_never_evaluated_says_how_to(guided, tmp_path):
    run = invent(tmp_path / "fresh", splits=())
    for name in ("roc", "box-plots", "positives", "attention-grid"):
        with pytest.raises(UserError, match="valuate"):
            catalog.find("figure", name)([run])


def test_pointing_is_a_panel_of_its_own_where_it_was_scored(guided, tmp_path):
    run = invent(tmp_path / "pointing", splits=("matched",))
    shares = {c: Pointing(value=0.4 + 0.2 * i, low=None, high=None, n=10, chance=0.1, left_out=0) for i, c in enumerate(run.classes)}
    write_json(run.path / "metrics.json", {"matched": run.scores["matched"].but(pointing={"cam": shares})})
    kind = catalog.find("figure", "box-plots")
    titles = [axes.get_title(loc="left") for axes in kind([run], Options(split="matched")).axes]
    assert titles == ["AUC", "pointing, nevus", "pointing, melanoma"]
    legible(kind([run, guided], Options(split="matched")))
    assert [a.get_title(loc="left") for a in kind([guided], Options(split="matched")).axes] == ["AUC"]
