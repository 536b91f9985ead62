"""Who took the pictures: every one of them is named, and the weights say where."""

import pytest

from nitido import recipes, weights
from nitido.data.catalogue import content_hashes, find_set
from nitido.errors import UnknownNameError
from nitido.weights import read_credits

FREE = ("CC0", "CC-BY", "Public domain", '"Attribution"', "GFDL, CC-BY")


def test_every_free_photograph_is_credited():
    credits = read_credits("free")
    assert [credit.file for credit in credits] == sorted(content_hashes("free").values())
    for credit in credits:
        assert credit.author
        assert credit.source
        assert credit.path
        assert credit.licence.startswith(FREE)
        assert not any(word in credit.licence for word in ("NC", "ND"))


def test_terms_of_the_set_are_those_of_its_pictures():
    licences = [credit.licence for credit in read_credits("free")]
    alike = sum("CC-BY-SA" in licence for licence in licences)
    given = sum(licence.startswith(("CC0", "Public domain")) for licence in licences)
    named = len(licences) - alike - given
    counts = f"{given} CC0 or public domain, {named} CC BY, {alike} CC BY-SA"
    assert counts in find_set("free").terms
    for name in recipes.names():
        recipe = recipes.load(name)[1]
        if recipe.credits:
            assert counts in recipe.data_terms


def test_a_list_that_is_not_there():
    with pytest.raises(UnknownNameError, match="No list of credits 'fre'; try free"):
        read_credits("fre")


@pytest.mark.parametrize("name", recipes.names())
def test_credits_go_with_free_pictures_alone(name):
    recipe = recipes.load(name)[1]
    sources = recipe.data.source
    alone = {sources} if isinstance(sources, str) else set(sources)
    assert recipe.credits == ("free" if alone == {"free"} and not recipe.data.pairs else "")


@pytest.mark.parametrize("name", weights.names())
def test_shipped_weights_credit_what_they_were_trained_on(name):
    card = weights.open_weights(name).card
    sources = card.recipe["data"]["source"]
    assert bool(card.credits) == (sources in ("free", ["free"]))
    if card.credits:
        assert read_credits(card.credits)
        assert "BSDS" not in card.data_terms
