"""``python -m nitido`` is the command ``nitido``."""

from nitido.cli import main

if __name__ == "__main__":
    main()
