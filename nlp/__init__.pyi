from nlp.documents import Document as Document
from nlp.documents import documents_in as documents_in
from nlp.gold import (
    GoldDocument as GoldDocument,
)
from nlp.gold import (
    read_gold as read_gold,
)
from nlp.gold import (
    read_gold_folder as read_gold_folder,
)
from nlp.gold import (
    read_readings as read_readings,
)
from nlp.model import Model as Model
from nlp.model import load_model as load_model
from nlp.reading import read_documents as read_documents
from nlp.scoring import Evaluation as Evaluation
from nlp.scoring import evaluate as evaluate

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
