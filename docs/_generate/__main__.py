"""Writes the generated references: `python -m docs._generate`, or `make docs`."""

from docs._generate import FOLDER, pages

FOLDER.mkdir(exist_ok=True)
for name, text in pages().items():
    (FOLDER / name).write_text(text, encoding="utf-8")
