"""`python -m stance` and the `stance` command."""

from stance.cli import main

if __name__ == "__main__":
    main()
