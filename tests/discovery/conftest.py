from tests.registry.conftest import migrated, path, registry

__all__ = ["migrated", "path", "registry"]
