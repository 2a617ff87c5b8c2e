{{ column }} >= {{ setting('minimum') }}
