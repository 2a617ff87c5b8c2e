{% macro literals(values) %}
  {{ return(adapter.dispatch('literals', 'meshport')(values)) }}
{% endmacro %}

{% macro duckdb__literals(values) %}
  {% set quoted = [] %}
  {% for value in values %}
    {% set text = value | string %}
    {% if '\u0000' in text %}
      {% do exceptions.raise_compiler_error('a text must not hold a zero character: ' ~ tojson(text)) %}
    {% endif %}
    {% do quoted.append('null' if value is none else "'" ~ (text | replace("'", "''")) ~ "'") %}
  {% endfor %}
  {{ return(quoted) }}
{% endmacro %}

{% macro default__literals(values) %}
  {{ return(meshport.no_body('literals')) }}
{% endmacro %}
