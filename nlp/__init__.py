"""Report text to value events and risk signals: the reading room's menu."""

from nlp.documents import Document, documents_in
from nlp.gold import GoldDocument, read_gold, read_gold_folder, read_readings
from nlp.model import Model, load_model
from nlp.reading import read_documents
from nlp.scoring import Evaluation, evaluate

__all__ = [
    "Document",
    "Evaluation",
    "GoldDocument",
    "Model",
    "documents_in",
    "evaluate",
    "load_model",
    "read_documents",
    "read_gold",
    "read_gold_folder",
    "read_readings",
]
