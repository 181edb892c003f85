"""The three views: what finance, technology and the business see of one ledger.

Role: the short list of names that show a ledger; each view has its own file.
Must not know: how a view is made.
"""

from btim.consumer_view import consumer_view
from btim.finance_view import finance_view
from btim.technology_view import technology_view

__all__ = ["consumer_view", "finance_view", "technology_view"]
