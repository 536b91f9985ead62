"""What the tests of training share."""

import pytest


@pytest.fixture
def run():
    """Train; stop after `steps` as Ctrl-C would."""
    from nitido.train import train  # not sooner: PyTorch counts its threads when it is imported

    def run(recipe, folder, data, steps=None, **options):
        count = 0

        def stop():
            nonlocal count
            count += 1
            return count == steps

        return train(recipe, folder, data=data, stop=stop, **options)

    return run
