"""The pictures of the marketplace in docs/images: `python -m docs._screenshots`, after `make demo`."""
