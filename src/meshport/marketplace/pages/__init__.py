"""The pages: one module for each part of the site. A handler reads a view and names a template, and no more."""
