"""The SQL half: a statement is read (`parse`), checked and rewritten (`secure`), and run (`execute`)."""
