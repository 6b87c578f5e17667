"""Results as objects with named fields: scores with their intervals, differences between runs, studies, audits.

They are read from the JSON files of a run, and written in the same form.
"""

from sightline.results.base import FORMAT as FORMAT
from sightline.results.base import Result as Result
from sightline.results.base import Score as Score
from sightline.results.differences import Comparison as Comparison
from sightline.results.differences import Difference as Difference
from sightline.results.scores import SplitScores as SplitScores
