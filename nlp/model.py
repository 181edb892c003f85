"""The trained model: claim heads, linker, confidence and risk heads, loaded from the package's data.

Role: hold everything that was fitted, and read and write it as arrays and JSON (no pickle, nothing downloaded).
Must not know: how it was fitted or how a document is read.
"""

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from btim.errors import FileError
from nlp.classifier import Heads, load_heads
from nlp.decisions import Agreement
from nlp.linking import Linker

FOLDER = ("data", "model")


@dataclass(frozen=True, slots=True)
class Confidence:
    """A logistic curve from features to the probability that every field of an event is right, and the bands' bounds."""  # noqa: E501

    weights: Mapping[str, float]
    post: float
    review: float

    def of(self, features: Mapping[str, float]) -> float:
        """Calibrated probability of an exactly right event."""
        score = sum(self.weights.get(name, 0.0) * value for name, value in features.items())
        return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, score))))

    def band(self, confidence: float) -> str:
        """`post` without a look, `review` by a person, or `drop`."""
        return "post" if confidence >= self.post else "review" if confidence >= self.review else "drop"


@dataclass(frozen=True, slots=True)
class Model:
    """Everything fitted: `cut` is the probability from which a quantity counts as an event; risks have cuts of their own."""  # noqa: E501

    claims: Heads
    agreement: Agreement
    linker: Linker
    confidence: Confidence
    risks: Heads
    cut: float
    risk_cuts: Mapping[str, float]

    def save(self, folder: Path) -> None:
        """Write the model into a folder."""
        folder.mkdir(parents=True, exist_ok=True)
        self.claims.save(folder / "claims.npz")
        self.risks.save(folder / "risks.npz")
        settings = {
            "agreement": asdict(self.agreement),
            "linker": asdict(self.linker),
            "confidence": asdict(self.confidence),
            "cut": self.cut,
            "risk_cuts": dict(self.risk_cuts),
        }
        text = json.dumps(settings, ensure_ascii=False, indent=1, sort_keys=True)
        (folder / "settings.json").write_text(text + "\n", encoding="utf-8")


def load_model(folder: Path) -> Model:
    """Read a model that `Model.save` wrote.

    Raises:
        FileError: the folder does not hold a model.
    """
    for name in ("settings.json", "claims.npz", "risks.npz"):
        if not (folder / name).is_file():
            raise FileError("is no model of the reading room", file=str(folder), value=name, remedy="train one first")
    settings: dict[str, Any] = json.loads((folder / "settings.json").read_text(encoding="utf-8"))
    with (folder / "claims.npz").open("rb") as claims, (folder / "risks.npz").open("rb") as risks:
        return Model(
            claims=load_heads(claims),
            agreement=Agreement(**settings["agreement"]),
            linker=Linker(**settings["linker"]),
            confidence=Confidence(**settings["confidence"]),
            risks=load_heads(risks),
            cut=settings["cut"],
            risk_cuts=settings["risk_cuts"],
        )


@cache
def shipped_model() -> Model:
    """The model that comes with the package."""
    with resources.as_file(resources.files("nlp").joinpath(*FOLDER)) as folder:
        return load_model(folder)
