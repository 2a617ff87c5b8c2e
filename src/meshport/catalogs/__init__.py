"""Where ports live: one module a catalog, all behind `base.Catalog`."""
