"""Explanations for the reader of a page: the terms, and what the page does not show."""

from __future__ import annotations

from sightline import catalog
from sightline.engine.run import Run
from sightline.plural import count


def limits(runs: list[Run], split: str, pictures: bool = True) -> list[str]:
    """Sentences, those that apply.

    Args:
        pictures: whether the page shows images.
    """
    scores, first = runs[0].scores[split], runs[0]
    found = [
        "Each arm was trained once. The intervals say how much a score would vary with other images, not with another seed.",
        f"The scores hold for images like these {count(scores.n, 'image')}. Other clinics, devices and patients may differ.",
        "A map on the right region does not prove that the decision rests on it. Only changing the image tests that, as the test sets "
        "matched, flipped and removed do, where they exist.",
        "Attention maps are coarse and are enlarged for display; their borders mean little.",
        *(["The images shown were picked because the model errs or is unsure there. They are not typical."] if pictures else []),
        "An annotation is one person's judgement; another would have drawn it differently.",
    ]
    if split == "val":
        found.insert(0, "There is no test set: these validation images also chose the epoch that was kept, so the scores are too good.")
    if first.recipe.data.name in catalog.DRAWN:
        found.insert(0, "The pictures are drawn by a computer. They show how the method behaves, not how it does on patients.")
    scored = scores.first_map
    if scored and scored.unknown:
        found.append(f"{count(scored.unknown, 'image')} without annotation took no part in the localisation scores.")
    if scored and scored.blank:
        found.append(f"{count(scored.blank, 'attention map')} pointed nowhere and count as misses.")
    if scores.groups:
        found.append("The worst group was picked because it is the worst; its interval does not account for that.")
    found.append("For research. Not a medical device.")
    return found


INTENDED = "Research: to compare ways of training, and to look at what a decision rests on, on images like those that it was trained on."
NOT_FOR = (
    "It is not a medical device. It is not meant for decisions on a person, for images of another kind, or for classes that it does not "
    "know: it gives every image one of its classes."
)

TERMS = {
    "accuracy": "Share of the images whose most probable class is the right one, whatever threshold the run keeps.",
    "arm": "One of several trainings that are compared and differ only in what is being tested.",
    "annotation": "What a person marked in an image: a mask, a box, a polygon, a gaze recording. Also called region or ROI.",
    "artefact": "Something in the picture that is not the finding: a ruler, ink, gel, a sticker.",
    "attention map": "How strongly each place of the image speaks for the class, according to the model.",
    "AUC": "Chance that a random image of the class gets a higher score than a random other one; 0.5 is guessing, 1 is perfect.",
    "average precision": "Precision averaged over all thresholds; unlike AUC it falls when the class is rare.",
    "balanced accuracy": "Mean over the classes of the share found; a rare class counts as much as a frequent one.",
    "BCa": "Bootstrap interval that also corrects the bias and the skew of the score.",
    "Brier score": "Half the mean squared distance of the probabilities from 1 for the right class and 0 for the others; 0 is perfect.",
    "calibration": "Correction of the probabilities, fitted to the validation images; it changes no decision.",
    "centre": "Level: what a blob in the middle of every image scores. Many findings lie in the middle.",
    "DeLong": "Interval and test of an AUC, or of the difference of two, in closed form; here with patients as a whole.",
    "ECE": "Expected calibration error: how far, on average, probabilities lie from the shares that come true, in 15 bins of equal width.",
    "ECE if right": "The ECE that so many images would show by chance if every probability were exactly right.",
    "EPG": "Energy-based pointing game: the share of the positive evidence that lies inside the annotated region.",
    "F1": "Harmonic mean of precision and sensitivity.",
    "Dice": "Overlap of two masks: twice their common area over the sum of their areas.",
    "flipped": "Test set with the same lesions, in which the artefact lies beside the other class.",
    "group": "Images that share a class and an artefact; the worst group shows what an average hides.",
    "guidance": "Training that also compares the attention map with the annotation.",
    "Holm": "Correction of p values for their number: among many comparisons some look better by chance alone.",
    "interval": "Where the score would lie, with the stated confidence, had other images been drawn (bootstrap).",
    "Jaccard": "Overlap of two masks: their common area over the area of both together.",
    "matched": "Test set in which the artefact lies beside the same class as in training.",
    "McNemar": "Test of two arms by the decisions that only one of them got right.",
    "not distinguishable": "The interval of the difference includes zero, or its corrected p is not small: these images cannot tell.",
    "oracle": "Score at the best threshold for these very images, which nobody could have known; it is no result.",
    "overconfidence": "Mean probability of the most probable class, minus the share of images of which it is the class.",
    "p": "How often a difference at least as large arises when the answers of the two arms are exchanged at random.",
    "paired difference": "Two arms compared image by image on the same images, so that hard images cancel.",
    "points into": "A map points into a region where its highest point lies inside it.",
    "precision": "Of the images called this class, the share that are.",
    "removed": "Test set without artefacts.",
    "ROC": "Curve of sensitivity against false alarms, one point for each threshold.",
    "ROI area": "Share of the image that is annotated. A map that is the same everywhere has this EPG.",
    "sensitivity": "Of the images of a class, the share that is found. Also called recall.",
    "shuffled": "Level: what the model's maps score on the regions of other images.",
    "specificity": "Of the images of other classes, the share that is not taken for this class.",
    "uniform": "Level: what a map scores that is the same everywhere.",
    "worst group": "The group of images with the lowest accuracy.",
}
