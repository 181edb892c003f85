"""The report: one self-contained HTML page of a whole run.

Role: put the sections in the chain's order and render them; nothing on the page is fetched from anywhere and nothing
needs a script.
Must not know: how any number was computed.
"""

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from service.chain import ChainResult
from service.output.formats import moment
from service.output.page import Page
from service.output.sections.demand import demand_section
from service.output.sections.headline import cards
from service.output.sections.ledger import ledger_section
from service.output.sections.portfolio import portfolio_section
from service.output.sections.reading import reading_section
from service.output.sections.sources import sources_section


def render_report(chain: ChainResult) -> str:
    """The page as HTML text; the same run gives the same bytes."""
    environment = Environment(
        loader=PackageLoader("service.output"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    loader = environment.loader
    style = loader.get_source(environment, "report.css")[0] if loader is not None else ""
    return environment.get_template("report.html").render(page=page_of(chain), style=Markup(style))  # noqa: S704 - our own file


def page_of(chain: ChainResult) -> Page:
    """The run as blocks, before any HTML."""
    parts = (ledger_section(chain), demand_section(chain), portfolio_section(chain), reading_section(chain))
    missing = tuple(f"{part.title}: {part.missing}" for part in parts if part.missing)
    sections = (*(part for part in parts if not part.missing), sources_section(chain))
    facts = [("As of", moment(chain.as_of)), ("Currency", chain.currency or "not stated")]
    if chain.ledger is not None:
        facts.append(("Ledger", chain.ledger.period))
    if chain.seed is not None:
        facts.append(("Seed", str(chain.seed)))
    words = "Every name and number here is generated" + (f" from seed {chain.seed}" if chain.seed is not None else "")
    return Page(chain.title, chain.synthetic, words, tuple(facts), cards(chain), sections, missing)
