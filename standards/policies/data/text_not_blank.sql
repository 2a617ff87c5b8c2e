trim({{ column }}) <> ''
