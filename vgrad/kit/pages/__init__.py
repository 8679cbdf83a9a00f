"""The lessons as static pages and as dashboards: a template of nbconvert, a template of Voilà, and what they need.

static/      the template of nbconvert: ``jupyter nbconvert --to html --template vgrad``
dashboard/   the template of Voilà: ``voila --template=vgrad``
reading      what a lesson says where no kernel runs
formulas     TeX in a text -> MathML, which every browser draws by itself, also without a network
"""

from __future__ import annotations

__all__: list[str] = []
