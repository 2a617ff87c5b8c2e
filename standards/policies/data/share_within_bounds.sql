{{ column }} between {{ setting('lowest') }} and {{ setting('highest') }}
