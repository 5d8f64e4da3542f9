"""`tracker` and `python -m tracker`: the command line, imported only when it is called.

Each parser process imports the script that started the program anew; so it need not import the commands.
"""


def main() -> None:
    from tracker.cli import main as command

    command()


if __name__ == "__main__":
    main()
