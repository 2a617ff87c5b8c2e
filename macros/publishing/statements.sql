{% macro statements(steps, expect='nothing') %}
  {% set rendered = [] %}
  {% for step, sql in steps %}
    {% do rendered.append({'step': step, 'sql': sql | trim, 'expect': expect}) %}
  {% endfor %}
  {{ return(rendered) }}
{% endmacro %}
