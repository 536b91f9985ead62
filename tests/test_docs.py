"""What the documentation says is what the files say."""

import re
from pathlib import Path

import pytest
import yaml

from nitido import weights
from nitido.cli.models import _page
from nitido.recipes import load

ROOT = Path(__file__).resolve().parent.parent
PAGES = (*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), ROOT / "examples" / "README.md")


@pytest.mark.parametrize("name", weights.names())
def test_a_model_card_is_what_the_weights_say(name):
    """After new weights: nitido models show NAME --markdown > docs/models/NAME.md."""
    page = (ROOT / "docs" / "models" / f"{name}.md").read_text("utf-8")
    assert page == _page(weights.open_weights(name).card)


@pytest.mark.parametrize("name", weights.names())
def test_the_recipe_of_shipped_weights_is_their_own(name):
    recipe = load(name)[1].model_dump(mode="json")
    card = weights.open_weights(name).card
    assert {key: recipe[key] for key in ("network", "degradation", "loss")} == {
        key: card.recipe[key] for key in ("network", "degradation", "loss")
    }
    assert card.name == name


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_within_the_project_lead_somewhere(page):
    text = re.sub(r"```.*?```", "", page.read_text("utf-8"), flags=re.DOTALL)
    links = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", text)
    missing = [link for link in links if "://" not in link and not (page.parent / link).exists()]
    assert missing == []


def test_every_page_is_in_the_navigation_and_on_the_first_page():
    pages = {str(page.relative_to(ROOT / "docs")) for page in ROOT.glob("docs/**/*.md")}
    listed = yaml.safe_load((ROOT / "mkdocs.yml").read_text("utf-8"))["nav"]
    *flat, models = (page for entry in listed for page in entry.values())
    assert {*flat, *(page for entry in models for page in entry.values())} == pages
    first = (ROOT / "docs" / "index.md").read_text("utf-8")
    assert {page for page in pages if f"({page})" not in first} == {"index.md"}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_no_page_has_an_unfilled_place(page):
    assert "@@" not in page.read_text("utf-8")
