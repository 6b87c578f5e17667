"""What the page does not show."""

from __future__ import annotations

from sightline.engine.run import Run
from sightline.report.words import count


def limits(runs: list[Run], split: str) -> list[str]:
    """Sentences, those that apply."""
    scores, first = runs[0].scores[split], runs[0]
    found = [
        "Each arm was trained once. The intervals say how far other images would move a score, not how far another seed would.",
        f"The scores hold for images like these {count(scores.n, 'image')}. Other clinics, devices and patients may differ.",
        "A map on the right region does not prove that the decision rests on it. Only changing the image tests that, as the test sets "
        "matched, flipped and removed do, where there are such.",
        "Attention maps are coarse and are enlarged for display; their borders mean little.",
        "The images shown were picked because the model errs or is unsure there. They are not typical.",
        "An annotation is one person's judgement; another would have drawn it differently.",
    ]
    if split == "val":
        found.insert(0, "There is no test set: these validation images also chose the epoch that was kept, so the scores are too good.")
    if first.recipe.data.name in ("phantom", "phantom_cxr"):
        found.insert(0, "The pictures are drawn by a computer. They show how the method behaves, not how it does on patients.")
    scored = scores.first_map
    if scored and scored.unknown:
        found.append(f"{count(scored.unknown, 'image')} without annotation took no part in the localisation scores.")
    if scored and scored.blank:
        found.append(f"{count(scored.blank, 'attention map')} pointed nowhere and count as misses.")
    if scores.groups:
        found.append("The worst group was picked because it is the worst; its interval does not know that.")
    found.append("For research. Not a medical device.")
    return found
