"""Report text to value events and risk signals: the reading room's menu."""

from nlp.documents import Document, documents_in
from nlp.gold import GoldDocument, read_gold, read_readings
from nlp.reading import read_documents
from nlp.scoring import Evaluation, evaluate

__all__ = [
    "Document",
    "Evaluation",
    "GoldDocument",
    "documents_in",
    "evaluate",
    "read_documents",
    "read_gold",
    "read_readings",
]
