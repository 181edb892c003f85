"""Report text to value events and risk signals: the reading room's menu.

Names are imported when first used: who reads only a part starts without the rest.
"""

from btim.lazy_menu import lazy_menu

__getattr__ = lazy_menu(
    __name__,
    {
        "Document": "nlp.documents",
        "documents_in": "nlp.documents",
        "GoldDocument": "nlp.gold",
        "read_gold": "nlp.gold",
        "read_gold_folder": "nlp.gold",
        "read_readings": "nlp.gold",
        "Model": "nlp.model",
        "load_model": "nlp.model",
        "read_documents": "nlp.reading",
        "Evaluation": "nlp.scoring",
        "evaluate": "nlp.scoring",
    },
)
