{% macro identifiers(names) %}
  {{ return(adapter.dispatch('identifiers', 'meshport')(names)) }}
{% endmacro %}

{% macro duckdb__identifiers(names) %}
  {% set quoted = [] %}
  {% for name in names %}
    {% if not name or '\u0000' in name %}
      {% do exceptions.raise_compiler_error('a name must not be empty or hold a zero character: ' ~ tojson(name)) %}
    {% endif %}
    {% do quoted.append('"' ~ (name | replace('"', '""')) ~ '"') %}
  {% endfor %}
  {{ return(quoted) }}
{% endmacro %}

{% macro default__identifiers(names) %}
  {{ return(meshport.no_body('identifiers')) }}
{% endmacro %}
