"""How a question is asked, answered, and asked again.

form        what a question is, and how it is written in a file that a teacher can edit
asking      a question on the page; the first choice counts, and it can be given with a confidence
warm_up     three questions about earlier lessons, at the beginning of a lesson
inventory   a whole form of questions, one after the other, with its result by concept
"""

from __future__ import annotations

from .asking import Beside, Prediction
from .form import Question, parse, read
from .inventory import Form
from .result import Topic
from .room import Asker, asker
from .warm_up import WarmUp

__all__ = ["Asker", "Beside", "Form", "Prediction", "Question", "Topic", "WarmUp", "asker", "parse", "read"]
