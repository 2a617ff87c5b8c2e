{% macro quoted_texts(values, escapes) %}
  {% set quoted = [] %}
  {% for value in values %}
    {% set text = namespace(value=value | string) %}
    {% if '\u0000' in text.value %}
      {% do exceptions.raise_compiler_error('a text must not hold a zero character: ' ~ tojson(text.value)) %}
    {% endif %}
    {% for character, escaped in escapes %}
      {% set text.value = text.value | replace(character, escaped) %}
    {% endfor %}
    {% do quoted.append('null' if value is none else "'" ~ text.value ~ "'") %}
  {% endfor %}
  {{ return(quoted) }}
{% endmacro %}
