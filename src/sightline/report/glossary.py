"""Every term of the page, in one line each."""

from __future__ import annotations

TERMS = {
    "accuracy": "Share of the images whose class is named correctly.",
    "arm": "One of several trainings that are compared, alike but for what is being tested.",
    "annotation": "What a person marked in an image: a mask, a box, a polygon, a gaze recording. Also called region or ROI.",
    "artefact": "Something in the picture that is not the finding: a ruler, ink, gel, a sticker.",
    "attention map": "How strongly each place of the image speaks for the class, according to the model.",
    "AUC": "Chance that a random image of the class gets a higher score than a random other one; 0.5 is guessing, 1 is perfect.",
    "average precision": "Precision averaged over all thresholds; unlike AUC it falls when the class is rare.",
    "balanced accuracy": "Mean over the classes of the share found; a rare class counts as much as a frequent one.",
    "centre": "Level: what a blob in the middle of every image scores. Many findings lie in the middle.",
    "EPG": "Energy-based pointing game: the share of the positive evidence that lies inside the annotated region.",
    "F1": "Harmonic mean of precision and sensitivity.",
    "flipped": "Test set with the same lesions, in which the artefact lies beside the other class.",
    "group": "Images that share a class and an artefact; the worst group shows what an average hides.",
    "guidance": "Training that also compares the attention map with the annotation.",
    "interval": "Where the score would lie, with the stated confidence, had other images been drawn (bootstrap).",
    "matched": "Test set in which the artefact lies beside the same class as in training.",
    "not distinguishable": "The interval of the difference holds zero: these images cannot tell the two apart.",
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
