"""Running a mesh after it was published: what goes wrong, and who is told of it."""
