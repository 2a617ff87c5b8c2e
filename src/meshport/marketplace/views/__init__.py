"""What pages show, read from the registry: frozen types and the functions that fill them. No HTML, no requests."""
