"""The main job as a story with claims: `python -m demo`."""
