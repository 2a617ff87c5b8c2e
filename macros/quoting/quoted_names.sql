{% macro quoted_names(names, quote) %}
  {% set quoted = [] %}
  {% for name in names %}
    {% if not name or '\u0000' in name %}
      {% do exceptions.raise_compiler_error('a name must not be empty or hold a zero character: ' ~ tojson(name)) %}
    {% endif %}
    {% do quoted.append(quote ~ (name | replace(quote, quote ~ quote)) ~ quote) %}
  {% endfor %}
  {{ return(quoted) }}
{% endmacro %}
