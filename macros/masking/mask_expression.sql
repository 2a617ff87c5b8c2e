{% macro mask_expression(column, mask) %}
  {% set methods = {
    'keyed_hash': meshport.keyed_hash,
    'tokenise': meshport.tokenise,
    'encrypt': meshport.encrypt,
    'redact': meshport.redact,
    'partial': meshport.partial,
    'generalise_date': meshport.generalise_date,
    'generalise_number': meshport.generalise_number,
    'nullify': meshport.nullify,
  } %}
  {% if mask.method not in methods %}
    {% do exceptions.raise_compiler_error(
      'meshport has no mask method ' ~ tojson(mask.method) ~ '; it has ' ~ (methods | sort | join(', '))
    ) %}
  {% endif %}
  {{ return(methods[mask.method](column, **(mask.arguments or {}))) }}
{% endmacro %}
