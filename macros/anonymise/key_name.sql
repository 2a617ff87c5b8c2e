{% macro key_name(key) %}
  {% set name = key | lower %}
  {% if not modules.re.fullmatch('[a-z][a-z0-9_]*', name) %}
    {% do exceptions.raise_compiler_error('the name of a key is letters, digits and underscores, not ' ~ tojson(key)) %}
  {% endif %}
  {{ return(name) }}
{% endmacro %}
