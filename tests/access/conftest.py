from tests.registry.conftest import each_registry, each_url, migrated, path, postgres, registry

__all__ = ["each_registry", "each_url", "migrated", "path", "postgres", "registry"]
